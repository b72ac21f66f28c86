/** From a route to a link that speaks with the right box's lockerd: connection, channel, handshake, each under the deadline. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxName } from '../../../domain/model/ids';
import { Fault } from '../../../domain/faults';
import { PROTOCOL } from '../../../domain/protocol/frames';
import type { Connection, RemoteCommand } from './connection';
import { dial } from './dial';
import { unreachable } from './dial-faults';
import { shakeHands } from './link';
import type { Handshake, Link } from './link';
import type { Hop, Route } from './route';

/** With a forced command sshd runs that one whatever we send; without, lockerctl is on the box's PATH. */
const RELAY = 'lockerctl relay';
const CLIENT = 'lockstep/0.1.0';
const MAX_STDERR = 4_000;
const ENDS_WITHIN_MS = 1_000;

export async function openLink(box: BoxName, route: Route, timeoutMs: number): Promise<Link> {
  const until = performance.now() + timeoutMs;
  const left = () => Math.max(1, until - performance.now());
  const connection = await dial(route, left());
  const hop = route.at(-1) as Hop;
  try {
    const relay = await begin(connection, hop, left());
    const remote = listen(relay);
    // The connection serves this command alone.
    relay.stream.once('close', () => connection.close());
    const handshake = await shakeHands(relay.stream, { client: CLIENT, timeoutMs: left() });
    // What went wrong is known once it has ended; it does not make a refusal wait.
    if (handshake.kind === 'no-hello') await Promise.race([relay.ended, sleep(ENDS_WITHIN_MS)]);
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

async function begin(connection: Connection, hop: Hop, timeoutMs: number): Promise<RemoteCommand> {
  const fail = (what: string) => unreachable(hop, `logged in, but no channel could be opened: ${what}`);
  const late = new AbortController();
  const tooLate = sleep(timeoutMs, undefined, { signal: late.signal }).then(() => {
    throw fail(`no answer after ${Math.round(timeoutMs)} ms`);
  });
  try {
    return await Promise.race([connection.exec(RELAY), tooLate]);
  } catch (error) {
    throw error instanceof Fault && error.code === 'LinkLost' ? fail(error.sentence) : error;
  } finally {
    tooLate.catch(() => {});
    late.abort();
  }
}

const NO_EXIT = 'no exit code';

interface Remote {
  stderr: string;
  exit: string;
}

function listen({ stderr, ended }: RemoteCommand): Remote {
  const remote: Remote = { stderr: '', exit: NO_EXIT };
  stderr.on('data', (chunk: Buffer) => (remote.stderr = (remote.stderr + chunk.toString('utf8')).slice(-MAX_STDERR)));
  const keep = async () => {
    const { code, signal } = await ended;
    if (code !== null) remote.exit = `exit ${code}`;
    else if (signal !== null) remote.exit = `signal ${signal}`;
  };
  void keep();
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
  const quiet = handshake.said.length === 0 && remote.stderr.trim() === '';
  if (quiet && remote.exit === NO_EXIT) return unreachable(hop, 'logged in, but the connection ended before lockerd spoke');
  const lines = `${handshake.said.join('\n')}\n${remote.stderr}`.split('\n').filter((line) => line.trim() !== '');
  return new Fault('LockerdMissing', `${box} (${hop.name}) does not answer as a Lockstep box: ${handshake.reason}.`, {
    evidence: [`$ ${RELAY}  → ${remote.exit}`, ...lines.slice(-8)],
  });
}
