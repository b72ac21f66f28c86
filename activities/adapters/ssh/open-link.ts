/** From a route to a link that speaks with the right box's lockerd: connection, channel, handshake, each under the deadline. */
import type { Client, ClientChannel } from 'ssh2';
import type { BoxName } from '../../../domain/model/ids';
import { Fault } from '../../../domain/faults';
import { PROTOCOL } from '../../../domain/protocol/frames';
import { dial, unreachable } from './dial';
import { shakeHands } from './link';
import type { Handshake, Link } from './link';
import type { Hop, Route } from './route';

/** With a forced command sshd runs that one whatever we send; without, lockerctl is on the box's PATH. */
const RELAY = 'lockerctl relay';
const CLIENT = 'lockstep/0.1.0';
const MAX_STDERR = 4_000;

export async function openLink(box: BoxName, route: Route, timeoutMs: number): Promise<Link> {
  const until = performance.now() + timeoutMs;
  const left = () => Math.max(1, until - performance.now());
  const connection = await dial(route, left());
  const hop = route.at(-1) as Hop;
  try {
    const channel = await openChannel(connection.client, hop, left());
    const remote = listen(channel);
    // The connection serves this channel alone.
    channel.once('close', () => connection.close());
    const handshake = await shakeHands(channel, { client: CLIENT, timeoutMs: left() });
    const link = linkOf(handshake, { box, hop, remote });
    // A channel ends only when sshd agrees; whoever closes the link is not to wait for that.
    const close = () => {
      link.close();
      connection.close();
    };
    return { ...link, close };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function openChannel(client: Client, hop: Hop, timeoutMs: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(unreachable(hop, `logged in, but no channel could be opened: ${what}`));
    const timer = setTimeout(() => fail(`no answer after ${Math.round(timeoutMs)} ms`), timeoutMs);
    client.on('error', (error) => fail(error.message));
    client.exec(RELAY, (error, channel) => {
      clearTimeout(timer);
      if (error) fail(error.message);
      else resolve(channel);
    });
  });
}

interface Remote {
  stderr: string;
  exit: string;
}

function listen(channel: ClientChannel): Remote {
  const remote: Remote = { stderr: '', exit: 'no exit code' };
  channel.stderr.on('data', (chunk: Buffer) => (remote.stderr = (remote.stderr + chunk.toString('utf8')).slice(-MAX_STDERR)));
  channel.on(
    'exit',
    (code: number | null, signal?: string) => (remote.exit = code === null ? `signal ${signal}` : `exit ${code}`),
  );
  return remote;
}

function linkOf(handshake: Handshake, at: { box: BoxName; hop: Hop; remote: Remote }): Link {
  if (handshake.kind !== 'link') throw noLink(handshake, at);
  const { link } = handshake;
  if (link.hello.box === at.box) return link;
  throw new Fault('WrongBox', `${at.hop.name} answers as box ${link.hello.box}, not as ${at.box}.`);
}

type NoLink = Exclude<Handshake, { kind: 'link' }>;

function noLink(handshake: NoLink, { box, hop, remote }: { box: BoxName; hop: Hop; remote: Remote }): Fault {
  switch (handshake.kind) {
    case 'refused':
      return handshake.fault;
    case 'other-version': {
      const { theirs, lockerd } = handshake;
      return new Fault('ProtocolMismatch', `lockerd ${lockerd} on ${box} speaks protocol ${theirs}, we speak ${PROTOCOL}.`);
    }
    case 'silent':
      return unreachable(hop, 'logged in, but lockerd said nothing in time');
    case 'no-hello':
      break;
  }
  const lines = `${handshake.said.join('\n')}\n${remote.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return new Fault('LockerdMissing', `${box} (${hop.name}) does not answer as a Lockstep box: ${handshake.reason}.`, {
    evidence: [`$ ${RELAY}  → ${remote.exit}`, ...lines.slice(-8)],
  });
}
