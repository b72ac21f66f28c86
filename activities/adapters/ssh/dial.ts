/** Opens the SSH connection to a box, through its jump hosts, with our own deadline round all of it. */
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { Fault } from '../../../domain/faults';
import { hostKeyAlgorithms, hostKeyFault, parsePublicKey } from './host-key';
import { knownKeysOf } from './known-hosts';
import type { KnownKey } from './known-hosts';
import { loginOffers, refused } from './login-offers';
import type { LoginOffers } from './login-offers';
import { runProxyCommand } from './proxy-command';
import type { ProxyCommand } from './proxy-command';
import type { Hop, Route } from './route';
import { addressOf, knownHostsFilesOf, knownHostsNameOf } from './route';

export interface Connection {
  readonly client: Client;
  /** Ends the box's connection and those of its jump hosts. */
  close(): void;
}

/** A dead link is noticed after three unanswered seconds (facts.md). */
const KEEPALIVE = { keepaliveInterval: 1_000, keepaliveCountMax: 3 };

export async function dial(route: Route, timeoutMs: number): Promise<Connection> {
  const until = performance.now() + timeoutMs;
  const clients: Client[] = [];
  const [first] = route;
  const proxy = first.proxyCommand === null ? null : runProxyCommand(first.proxyCommand);
  const close = () => {
    for (const client of clients.toReversed()) client.destroy();
    proxy?.socket.destroy();
  };
  try {
    for (const hop of route) {
      const left = Math.max(1, until - performance.now());
      const before = clients.at(-1);
      const sock = before ? await forward(before, hop, left) : proxy?.socket;
      clients.push(await dialHop(hop, sock, Math.max(1, until - performance.now())));
    }
  } catch (error) {
    close();
    throw proxy === null || clients.length > 0 ? error : await withProxy(error, proxy);
  }
  const client = clients.at(-1) as Client;
  client.once('close', () => close());
  return { client, close };
}

async function dialHop(hop: Hop, sock: Duplex | undefined, timeoutMs: number): Promise<Client> {
  const [known, offers] = await Promise.all([knownKeys(hop), loginOffers(hop)]);
  const client = new Client();
  const began = performance.now();
  const since = () => `after ${Math.round(performance.now() - began)} ms`;
  return new Promise((resolve, reject) => {
    let hostKey: Fault | null = null;
    let reached = sock === undefined ? 'no TCP connection' : 'no SSH greeting through the jump host';
    const fail = (fault: Fault) => {
      clearTimeout(timer);
      client.destroy();
      reject(fault);
    };
    const timer = setTimeout(() => fail(unreachable(hop, `${reached} ${since()}`)), timeoutMs);
    client.on('connect', () => (reached = 'TCP connection, but no SSH greeting'));
    client.on('handshake', () => (reached = 'SSH handshake done, but no answer to the login'));
    client.on('error', (error) => {
      // An agent that fails is one offer less; the next method is tried.
      if ((error as { level?: string }).level === 'agent') return;
      fail(hostKey ?? faultOf(error, hop, offers, since()));
    });
    client.once('close', () => fail(hostKey ?? unreachable(hop, `it closed the connection ${since()} (${reached})`)));
    client.once('ready', () => {
      clearTimeout(timer);
      client.setNoDelay(true);
      resolve(client);
    });
    const verify = (blob: Buffer) => {
      hostKey = hostKeyFault(blob, known, hop);
      return hostKey === null;
    };
    client.connect(connectConfig({ hop, sock, known, offers, verify }));
  });
}

interface Connecting {
  readonly hop: Hop;
  readonly sock: Duplex | undefined;
  readonly known: readonly KnownKey[];
  readonly offers: LoginOffers;
  readonly verify: (blob: Buffer) => boolean;
}

function connectConfig({ hop, sock, known, offers, verify }: Connecting): ConnectConfig {
  return {
    host: hop.host,
    port: hop.port,
    username: hop.user,
    ...(sock === undefined ? {} : { sock }),
    authHandler: [...offers.methods],
    algorithms: { serverHostKey: hostKeyAlgorithms(known) },
    hostVerifier: verify,
    ...KEEPALIVE,
    // Our own timer covers the whole of it.
    readyTimeout: 0,
  };
}

/** A TCP stream to `hop` through a host that is connected already. */
function forward(through: Client, hop: Hop, timeoutMs: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(unreachable(hop, `the jump host could not open a connection: ${what}`));
    const timer = setTimeout(() => fail(`no answer after ${Math.round(timeoutMs)} ms`), timeoutMs);
    through.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, channel) => {
      clearTimeout(timer);
      if (error) fail(error.message);
      else resolve(channel);
    });
  });
}

/** The command knows best why it gave no connection. */
async function withProxy(error: unknown, proxy: ProxyCommand): Promise<unknown> {
  if (!(error instanceof Fault)) return error;
  const { code, sentence, cure, evidence } = error;
  return new Fault(code, sentence, { cure, evidence: [...evidence, ...(await proxy.evidence())] });
}

async function knownKeys(hop: Hop): Promise<KnownKey[]> {
  if (hop.hostKey !== null) return [parsePublicKey(hop.hostKey)];
  const texts = await Promise.all(knownHostsFilesOf(hop).map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.flatMap((text) => knownKeysOf(text, knownHostsNameOf(hop)));
}

export function unreachable(hop: Hop, what: string): Fault {
  return new Fault('BoxUnreachable', `${hop.name} (${addressOf(hop)}) can not be reached: ${what}.`);
}

function faultOf(error: Error & { level?: string; code?: string }, hop: Hop, offers: LoginOffers, since: string): Fault {
  if (error.level === 'client-authentication' || /too many authentication failures/i.test(error.message)) {
    return refused(hop, [...offers.notes, error.message], 'the host refused every key');
  }
  const words: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
    ENOTFOUND: 'the name is not known (ENOTFOUND)',
    EAI_AGAIN: 'the name can not be resolved (EAI_AGAIN)',
    EHOSTUNREACH: 'no route to it (EHOSTUNREACH)',
  };
  return unreachable(hop, `${words[error.code ?? ''] ?? error.message} ${since}`);
}
