/** Opens the SSH connection to a box, through its jump hosts, with our own deadline round all of it. */
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { Fault } from '../../../domain/faults';
import type { Connection } from './connection';
import { dialFault, GREETING, unreachable } from './dial-faults';
import type { Seen } from './dial-faults';
import { hostKeyFault, knownHostOf } from './host-key';
import type { KnownHost } from './host-key';
import { loginOffers } from './login-offers';
import type { LoginOffers } from './login-offers';
import { dialOpenssh } from './openssh-connection';
import { runProxyCommand } from './proxy-command';
import type { ProxyCommand } from './proxy-command';
import { revokedFault } from './revoked-keys';
import type { Hop, Route } from './route';
import { knownHostsFilesOf } from './route';
import { socketTo } from './socket-to';
import { algorithmsFor } from './ssh2-algorithms';
import { ssh2Connection } from './ssh2-connection';

/** A dead link is noticed after three unanswered seconds (facts.md). */
const KEEPALIVE = { keepaliveInterval: 1_000, keepaliveCountMax: 3 };

export function dial(route: Route, timeoutMs: number): Promise<Connection> {
  return route.at(-1)?.via === 'openssh' ? dialOpenssh(route, timeoutMs) : dialSsh2(route, timeoutMs);
}

async function dialSsh2(route: Route, timeoutMs: number): Promise<Connection> {
  const until = performance.now() + timeoutMs;
  const left = () => Math.max(1, until - performance.now());
  const clients: Client[] = [];
  const proxies: ProxyCommand[] = [];
  const close = () => {
    for (const client of clients.toReversed()) client.destroy();
    for (const { socket } of proxies) socket.destroy();
  };
  const open = async (hop: Hop): Promise<Duplex> => {
    const before = clients.at(-1);
    if (before) return forward(before, hop, left());
    if (hop.proxyCommand === null) return socketTo(hop, left());
    const proxy = runProxyCommand(hop.proxyCommand);
    proxies.push(proxy);
    return proxy.socket;
  };
  try {
    for (const hop of route) clients.push(await dialHop(hop, () => open(hop), left));
  } catch (error) {
    const proxy = clients.length === 0 ? proxies.at(-1) : undefined;
    const told = proxy ? await withProxy(error, proxy) : error;
    close();
    throw told;
  }
  const client = clients.at(-1) as Client;
  client.once('close', () => close());
  return ssh2Connection(client, close);
}

/** The command knows best why it gave no connection. */
async function withProxy(error: unknown, proxy: ProxyCommand): Promise<unknown> {
  if (!(error instanceof Fault)) return error;
  const { code, sentence, cure, evidence } = error;
  return new Fault(code, sentence, { cure, evidence: [...evidence, ...(await proxy.evidence())] });
}

async function dialHop(hop: Hop, open: () => Promise<Duplex>, left: () => number): Promise<Client> {
  const [known, offers] = await Promise.all([knownHost(hop), loginOffers(hop)]);
  const { methods, namedFirst, notes } = offers;
  try {
    return await dialOnce({ hop, known, methods, notes, sock: await open(), timeoutMs: left() });
  } catch (error) {
    // An agent's many keys come before the named file, as in ssh, and may use up the host's MaxAuthTries.
    const enough = error instanceof Fault && error.evidence.some((line) => /too many authentication failures/i.test(line));
    if (namedFirst === null || !enough) throw error;
    return dialOnce({ hop, known, methods: namedFirst, notes, sock: await open(), timeoutMs: left() });
  }
}

interface Dialling {
  readonly hop: Hop;
  readonly known: KnownHost;
  readonly methods: LoginOffers['methods'];
  readonly notes: readonly string[];
  readonly sock: Duplex;
  readonly timeoutMs: number;
}

async function dialOnce({ hop, known, methods, notes, sock, timeoutMs }: Dialling): Promise<Client> {
  const client = new Client();
  const began = performance.now();
  const since = () => `after ${Math.round(performance.now() - began)} ms`;
  const seen: Seen = { heard: '', reached: 'TCP connection, but no SSH greeting', banner: '', offers: [] };
  return new Promise((resolve, reject) => {
    let hostKey: Fault | null = null;
    const fail = (fault: Fault) => {
      clearTimeout(timer);
      // A command in the socket's place may be about to say why; whoever asked for it ends it.
      if (hop.proxyCommand === null) {
        client.destroy();
        sock.destroy();
      }
      reject(fault);
    };
    const timer = setTimeout(() => fail(unreachable(hop, `${seen.reached} ${since()}`)), timeoutMs);
    client.on('handshake', () => (seen.reached = 'SSH handshake done, but no answer to the login'));
    client.on('banner', (text) => (seen.banner = text));
    client.on('error', (error) => {
      // An agent that fails is one offer less; the next method is tried.
      if ((error as { level?: string }).level === 'agent') return;
      fail(hostKey ?? dialFault(hop, error, { seen, since: since(), notes }));
    });
    client.once('close', () => fail(hostKey ?? dialFault(hop, null, { seen, since: since(), notes })));
    client.once('ready', () => {
      clearTimeout(timer);
      client.setNoDelay(true);
      resolve(client);
    });
    const judge = async (blob: Buffer) => {
      const certified = seen.offers.some((line) => line.includes('(remote) Host key format') && line.includes('-cert-v01@'));
      return hostKeyFault(blob, known, { hop, certified }) ?? (await revokedFault(blob, hop));
    };
    const verify = (blob: Buffer, answer: (known: boolean) => void) => {
      judge(blob).then(
        (fault) => answer((hostKey = fault) === null),
        (error: unknown) => reject(error),
      );
    };
    client.connect(connectConfig({ hop, sock, known, methods, verify, seen }));
    sock.on('data', (chunk: Buffer) => listen(seen, chunk));
  });
}

const HEARD = 400;

function listen(seen: Seen, chunk: Buffer): void {
  if (seen.heard.length >= HEARD) return;
  seen.heard += chunk.toString('latin1').slice(0, HEARD);
  if (GREETING.test(seen.heard)) seen.reached = 'an SSH greeting, but no handshake';
}

interface Connecting {
  readonly hop: Hop;
  readonly sock: Duplex;
  readonly known: KnownHost;
  readonly methods: LoginOffers['methods'];
  readonly verify: (blob: Buffer, answer: (known: boolean) => void) => void;
  readonly seen: Seen;
}

function connectConfig({ hop, sock, known, methods, verify, seen }: Connecting): ConnectConfig {
  return {
    sock,
    username: hop.user,
    authHandler: [...methods],
    algorithms: algorithmsFor(hop, known),
    hostVerifier: verify,
    // ssh2 tells in no other way what a host offers.
    debug: (line) => line.startsWith('Handshake: (') && seen.offers.push(line),
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

async function knownHost(hop: Hop): Promise<KnownHost> {
  const files = hop.hostKey === null ? knownHostsFilesOf(hop) : [];
  return knownHostOf(hop, await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => ''))));
}
