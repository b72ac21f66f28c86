/** The way to a box: the hops to dial one through the other, the box last. Everything is resolved; dialling looks nothing up. */

export interface Hop {
  /** Who speaks SSH on the whole way to this host: npm ssh2 in our process, or the system's ssh. */
  readonly via: 'ssh2' | 'openssh';
  /** As a person wrote it; for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Absolute paths, tried in this order. */
  readonly identityFiles: readonly string[];
  /** False: the files are ssh's defaults, which need not exist. */
  readonly identitiesNamed: boolean;
  /** Offer no key but those of `identityFiles`, whatever else the agent holds. */
  readonly identitiesOnly: boolean;
  readonly certificateFiles: readonly string[];
  /** The agent's socket. */
  readonly agent: string | null;
  /** False: ssh would not log in by key at all. */
  readonly publicKeyLogin: boolean;
  /** `type base64`; wins over known hosts. */
  readonly hostKey: string | null;
  /** Absolute; they need not exist. */
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly revokedHostKeysFiles: readonly string[];
  /** Looked up in known_hosts instead of host and port. */
  readonly hostKeyAlias: string | null;
  /** As `ssh -G` prints it: true, false, ask, accept-new. */
  readonly strictHostKeyChecking: string;
  readonly algorithms: Algorithms;
  readonly addressFamily: 'any' | 'inet' | 'inet6';
  readonly bindAddress: string | null;
  /** Seconds. */
  readonly connectTimeout: number | null;
  /** For the shell, tokens filled in: its stdin and stdout are the connection. Only the first hop of a route can have one. */
  readonly proxyCommand: string | null;
  /** The arguments to which the local ssh answered this hop: with them, `ssh … -- name` goes the same way. Empty without ssh. */
  readonly sshArguments: readonly string[];
}

/** Each null where it is ssh's default. */
export interface Algorithms {
  readonly kex: readonly string[] | null;
  readonly hostKey: readonly string[] | null;
  readonly ciphers: readonly string[] | null;
  readonly macs: readonly string[] | null;
  /** That our key may sign with. */
  readonly publicKey: readonly string[] | null;
  /** That a certificate authority may have signed with. */
  readonly ca: readonly string[] | null;
}

export type Route = readonly [Hop, ...Hop[]];

export const addressOf = (hop: Hop): string => (hop.host.includes(':') ? `[${hop.host}]:${hop.port}` : `${hop.host}:${hop.port}`);

/** In the order that ssh reads them. */
export const knownHostsFilesOf = (hop: Hop): readonly string[] => [...hop.userKnownHostsFiles, ...hop.globalKnownHostsFiles];

/** What known_hosts calls this host: an alias, `host` or `[host]:port`. */
export const knownHostsNameOf = ({ hostKeyAlias, host, port }: Hop): string =>
  hostKeyAlias ?? (port === 22 ? host : `[${host}]:${port}`);

/** What `ssh` takes where nobody says anything; `identityFiles` and the names are the caller's. */
export const PLAIN_HOP = {
  via: 'ssh2',
  port: 22,
  identitiesNamed: false,
  identitiesOnly: false,
  certificateFiles: [],
  agent: null,
  publicKeyLogin: true,
  hostKey: null,
  userKnownHostsFiles: [],
  globalKnownHostsFiles: [],
  revokedHostKeysFiles: [],
  hostKeyAlias: null,
  strictHostKeyChecking: 'ask',
  algorithms: { kex: null, hostKey: null, ciphers: null, macs: null, publicKey: null, ca: null },
  addressFamily: 'any',
  bindAddress: null,
  connectTimeout: null,
  proxyCommand: null,
  sshArguments: [],
} as const satisfies Omit<Hop, 'name' | 'host' | 'user' | 'identityFiles'>;
