/** The way to a box: the hops to dial one through the other, the box last. Everything is resolved; dialling looks nothing up. */

export interface Hop {
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
  /** The agent's socket. */
  readonly agent: string | null;
  /** `type base64`; wins over known hosts. */
  readonly hostKey: string | null;
  readonly knownHostsFiles: readonly string[];
  /** What known_hosts calls this host: an alias, `host` or `[host]:port`. */
  readonly knownHostsName: string;
}

export type Route = readonly [Hop, ...Hop[]];

export const addressOf = (hop: Hop): string => (hop.host.includes(':') ? `[${hop.host}]:${hop.port}` : `${hop.host}:${hop.port}`);
