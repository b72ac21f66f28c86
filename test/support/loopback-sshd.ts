/** A real sshd on loopback with keys of its own, for tests of the link. Needs root and OpenSSH. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoopbackSshd {
  readonly port: number;
  readonly folder: string;
  /** `ssh-ed25519 AAAA…` of the host. */
  readonly hostKey: string;
  /** A private key that is let in. */
  readonly identityFile: string;
  /** Replaces what a login may do: a forced command, or null for a plain shell. */
  force(command: string | null): void;
  /** Lets one more public key in. */
  allow(line: string): void;
  /** What it logged, the last 100,000 characters. */
  log(): string;
  stop(): Promise<void>;
}

export async function startSshd(options: { extra?: readonly string[]; hostKeyFile?: string } = {}): Promise<LoopbackSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-sshd-'));
  mkdirSync('/run/sshd', { recursive: true });
  const hostKeyFile = options.hostKeyFile ?? makeKey(join(folder, 'host'));
  const identityFile = makeKey(join(folder, 'id'));
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    `Subsystem sftp internal-sftp`,
    ...(options.extra ?? []),
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  const force = (command: string | null) => {
    const rule = command === null ? '' : `restrict,command="${command}" `;
    writeFileSync(join(folder, 'authorized_keys'), `${rule}${publicKey(identityFile)}\n`);
  };
  force(null);
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log = (log + text.toString()).slice(-100_000)));
  await untilListening(port, () => log);
  const allow = (line: string) => appendFileSync(join(folder, 'authorized_keys'), `${line}\n`);
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { port, folder, hostKey: publicKey(hostKeyFile), identityFile, force, allow, log: () => log, stop };
}

/** A key pair, ed25519 unless told otherwise; the path of the private half. */
export function makeKey(file: string, passphrase = '', type = 'ed25519'): string {
  execFileSync('/usr/bin/ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'test', '-f', file]);
  return file;
}

export const publicKey = (file: string): string => readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(port: number, log: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(port)) return;
    await sleep(50);
  }
  throw new Error(`sshd did not listen on ${port}: ${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
