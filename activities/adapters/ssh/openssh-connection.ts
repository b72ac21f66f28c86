/**
 * A connection that the system's ssh keeps (`via: openssh`): one process holds it, and each command goes
 * through its control socket. For what ssh2 has not: certificates, security keys, newer algorithms.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { Fault } from '../../../domain/faults';
import type { CommandEnd, Connection, RemoteCommand } from './connection';
import { sessionArguments, sshCommandOf } from './openssh-arguments';
import { opensshFault } from './openssh-fault';
import type { Hop, Route } from './route';

/**
 * ssh dies with us, however we die: our end of its stdin is then closed. Without a session of its own
 * (`-N`) it would not notice by itself, and hold the box's connection for ever.
 */
const KEEPER = `exec 3<&0
"$@" </dev/null 3<&- & ssh=$!
{ cat <&3 >/dev/null; kill "$ssh"; } 2>/dev/null & watch=$!
wait "$ssh"; code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

/** ssh exits with it for whatever is its own trouble. */
const OF_SSH_ITSELF = 255;
/** ssh adds a suffix of 17 bytes while it makes the socket, and the kernel allows 107. */
const LONGEST_FOLDER = 70;
const KEEP = 8_000;
const LOOK_MS = 15;

export async function dialOpenssh(route: Route, timeoutMs: number): Promise<Connection> {
  const hop = route.at(-1) as Hop;
  const folder = privateFolder();
  const { master, socket, files } = sshCommandOf(route, folder, timeoutMs);
  for (const { name, text } of files) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'sh', 'ssh', ...master], { stdio: ['pipe', 'ignore', 'pipe'], env: envOf(hop) });
  const over = new Promise<void>((resolve) => void keeper.once('close', () => resolve()).once('error', () => resolve()));
  const close = () => void keeper.stdin?.destroy();
  void over.then(() => rmSync(folder, { recursive: true, force: true }));
  try {
    await untilUp(keeper, { hop, socket, timeoutMs });
  } catch (error) {
    close();
    throw error;
  }
  return { close, exec: (command) => exec(socket, command) };
}

function privateFolder(): string {
  const base = tmpdir().length > LONGEST_FOLDER ? '/tmp' : tmpdir();
  return mkdtempSync(join(base, 'lockstep-ssh-'));
}

function envOf(hop: Hop): NodeJS.ProcessEnv {
  const { SSH_AUTH_SOCK: _, ...env } = process.env;
  return hop.agent === null ? env : { ...env, SSH_AUTH_SOCK: hop.agent };
}

interface Waiting {
  readonly hop: Hop;
  readonly socket: string;
  readonly timeoutMs: number;
}

/** The socket appears once the login is done. */
function untilUp(keeper: ChildProcess, { hop, socket, timeoutMs }: Waiting): Promise<void> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    const settle = (fault?: Fault) => {
      clearTimeout(timer);
      clearInterval(look);
      if (fault) reject(fault);
      else resolve();
    };
    const timer = setTimeout(() => settle(opensshFault(hop, stderr, `no answer after ${Math.round(timeoutMs)} ms`)), timeoutMs);
    const look = setInterval(() => existsSync(socket) && settle(), LOOK_MS);
    keeper.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
    keeper.once('error', (error) => settle(new Fault('BoxUnreachable', `${hop.name} can not be reached: ${error.message}.`)));
    keeper.once('close', (code) =>
      settle(code === NO_PROGRAM ? noSsh(hop) : opensshFault(hop, stderr, `ssh ended with exit ${code}`)),
    );
  });
}

/** Of sh, where it finds no program of that name. */
const NO_PROGRAM = 127;

const noSsh = (hop: Hop): Fault =>
  new Fault('RouteRefused', `${hop.name} is to be dialled via openssh, and this machine has no \`ssh\`.`, {
    cure: 'Install OpenSSH’s client where the worker and these commands run, or leave out `via: openssh`.',
  });

async function exec(socket: string, command: string): Promise<RemoteCommand> {
  const child = spawn('ssh', sessionArguments(socket, command), { stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Fault('LinkLost', `ssh could not be started: ${error.message}.`)));
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // Cut off in the middle, it fails; `ended` and its close tell as much.
  stream.on('error', () => {});
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code: code === OF_SSH_ITSELF ? null : code, signal });
      // What it said last is read first.
      if (stream.readableEnded || stream.destroyed) stream.destroy();
      else stream.once('end', () => stream.destroy());
    });
  });
  stream.once('close', () => child.kill());
  return { stream, stderr: child.stderr, ended };
}
