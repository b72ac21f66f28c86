/**
 * What a stranger has: a user without rights, a fresh clone in a fresh home, and commands among which
 * LXC, sshd and ip are not. As root the user is made and removed; else it is whoever runs the test.
 * `npm ci` is not repeated: the packages that are here are linked in.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Ended } from './cli';

const ROOT = join(__dirname, '../..');
/** Everything that a box of containers is made with, and every way back to root. */
const HIDDEN = /^(lxc-.*|sshd?|ssh-.*|scp|sftp|ip|nsenter|unshare|setpriv|sudo|su|temporal)$/;
const FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

export interface BareMachine {
  readonly clone: string;
  readonly home: string;
  /** In the clone; to its end. */
  run(command: string, ...args: readonly string[]): Promise<Ended & { took: number }>;
  /** Command lines of all that still runs from there, whoever started it. */
  processes(): string[];
  close(): void;
}

export function aBareMachine(): BareMachine {
  const place = mkdtempSync(join(tmpdir(), 'lockstep-bare-'));
  const home = join(place, 'home');
  const user = process.getuid?.() === 0 ? makeUser(place, home) : null;
  mkdirSync(home, { recursive: true });
  const clone = join(home, 'lockstep');
  const bin = join(place, 'bin');
  linkCommands(bin);
  cloneInto(clone, user);
  const env = { PATH: bin, HOME: home, LANG: 'C.UTF-8', LOCKSTEP_BIN: binariesIn(home, user) };
  return {
    clone,
    home,
    run: (command, ...args) => runAs({ command: join(bin, command), args, cwd: clone, env, user }),
    processes: () => processesOf(place),
    close() {
      for (const { pid } of pidsOf(place)) process.kill(pid, 'SIGKILL');
      if (user !== null) execFileSync('userdel', ['--force', user.name], { stdio: 'ignore' });
      rmSync(place, { recursive: true, force: true });
    },
  };
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function makeUser(place: string, home: string): User {
  const name = `lockstep-${process.pid}`;
  execFileSync('chmod', ['755', place]);
  execFileSync('useradd', ['--home-dir', home, '--create-home', '--shell', '/bin/sh', name], { stdio: 'ignore' });
  const { uid, gid } = statSync(home);
  return { name, uid, gid };
}

/** What is hidden from the PATH is looked for in the system's folders too, but without root nobody gets that far. */
function linkCommands(bin: string): void {
  mkdirSync(bin);
  for (const folder of FOLDERS)
    for (const name of readdirSync(folder))
      if (!HIDDEN.test(name) && !existsSync(join(bin, name))) symlinkSync(join(folder, name), join(bin, name), 'file');
  if (!existsSync(join(bin, 'node'))) symlinkSync(process.execPath, join(bin, 'node'));
}

/** The files that git knows or would take, as they are now. */
function cloneInto(clone: string, user: User | null): void {
  const args = ['-C', ROOT, 'ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = execFileSync('git', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\0');
  for (const file of files.filter((one) => one !== '' && existsSync(join(ROOT, one)))) {
    mkdirSync(join(clone, dirname(file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(clone, file));
  }
  // A repository, as a clone is one.
  execFileSync('git', ['init', '--quiet', clone]);
  if (user !== null) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, clone]);
  const packages = [join(ROOT, 'node_modules'), join(clone, 'node_modules')];
  // Hard links, after the owner was set: theirs is also that of the originals. On another filesystem: copies.
  try {
    execFileSync('cp', ['-al', ...packages], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', ...packages], { stdio: 'ignore' });
  }
}

/** A binary that was found once here need not be downloaded by each run. */
function binariesIn(home: string, user: User | null): string {
  const [from, to] = [join(ROOT, '.lockstep/bin'), join(home, 'binaries')];
  mkdirSync(to);
  for (const name of existsSync(from) ? readdirSync(from) : [])
    if (/^temporal-[\d.]+$/.test(name)) copyFileSync(join(from, name), join(to, name));
  if (user !== null) chownSync(to, user.uid, user.gid);
  return to;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly user: User | null;
}

function runAs({ command, args, cwd, env, user }: Command): Promise<Ended & { took: number }> {
  const began = performance.now();
  const ids = user === null ? {} : { uid: user.uid, gid: user.gid };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...ids });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // Daemons that it left behind hold none of its pipes.
    child.once('close', (code) => resolve({ code, ...said, objects: [], took: performance.now() - began }));
  });
}

const processesOf = (place: string): string[] => pidsOf(place).map(({ words }) => words);

/** By their command line or environment, in which each has the place. */
function pidsOf(place: string): { pid: number; words: string }[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    const [words, environ] = ['cmdline', 'environ'].map((file) => textOf(join('/proc', name, file)));
    return `${words} ${environ}`.includes(basename(place))
      ? [{ pid: Number(name), words: `${words?.replaceAll('\0', ' ')}` }]
      : [];
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
