/**
 * A repository of its own for one check-out: it borrows the objects of a mirror and knows nothing else. No
 * configuration, hook or attribute of the box, its users or the mirror reaches a git that works in it, so
 * every box makes the same files of the same commit. Paths of a tree are bytes: they are kept as latin1.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BoxContext } from '../context';
import { evidenceOf } from '../run';
import type { Ran } from '../run';
import { Fault } from '../../domain/faults';

/** Large files are written, too. */
const LONGEST_MS = 10 * 60_000;

/** A listing of a million files. */
const MAX_OUTPUT = 512 * 1024 * 1024;

/** Of this process: what another one left there is nobody's any more. */
const LIFE = randomBytes(4).toString('hex');

/** As `git init` finds out by trying, and whatever else could change what is written. */
const SETTINGS = {
  'core.bare': 'false',
  'core.fileMode': 'true',
  'core.symlinks': 'true',
  'core.ignoreCase': 'false',
  'core.autocrlf': 'false',
  'core.safecrlf': 'false',
  'core.eol': 'lf',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'submodule.recurse': 'false',
};

/** What git asks of a folder to take it for a repository; `git init` would take settings of the box. */
const EMPTY = { HEAD: 'ref: refs/heads/none\n', config: '[core]\n\trepositoryformatversion = 0\n\tbare = true\n' };

export interface Scratch {
  readonly folder: string;
  /** stdout as bytes, one a character; a fault where it fails. */
  ask(args: readonly string[], more?: Asking): Promise<string>;
  try(args: readonly string[], more?: Asking): Promise<Ran>;
}

export interface Asking {
  /** For this command alone. */
  readonly settings?: Readonly<Record<string, string>>;
  /** latin1, as what comes out. */
  readonly input?: string;
  /** Where its files go. */
  readonly workTree?: string;
}

export async function withScratch<T>(box: BoxContext, mirror: string, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  return inScratchFolder(box, async (parent) => {
    const folder = join(parent, 'git');
    const scratch = scratchIn(folder);
    for (const name of ['objects/info', 'refs', 'info']) await mkdir(join(folder, name), { recursive: true });
    for (const [name, text] of Object.entries(EMPTY)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'objects/info/alternates'), `${join(mirror, 'objects')}\n`);
    return work(scratch);
  });
}

export async function inScratchFolder<T>({ paths }: BoxContext, work: (folder: string) => Promise<T>): Promise<T> {
  await mkdir(paths.scratchRoot, { recursive: true, mode: 0o700 });
  for (const name of await readdir(paths.scratchRoot))
    if (!name.startsWith(LIFE)) await rm(join(paths.scratchRoot, name), { recursive: true, force: true });
  const folder = join(paths.scratchRoot, `${LIFE}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scratchIn(folder: string): Scratch {
  const attempt = (args: readonly string[], asking: Asking = {}): Promise<Ran> => {
    const settings = Object.entries({ ...SETTINGS, ...asking.settings }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    return capture(['git', ...settings, ...args], envOf(folder, asking), asking);
  };
  return {
    folder,
    try: attempt,
    ask: async (args, asking) => {
      const ran = await attempt(args, asking);
      if (ran.code === 0) return ran.stdout;
      throw new Fault('CommandFailed', `git ${args[0] ?? ''} failed on the box.`, { evidence: shortly(ran) });
    },
  };
}

/** A home without settings, since git before 2.32 has no other way to leave a user's aside. */
function envOf(folder: string, { workTree }: Asking): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_DIR: folder,
    ...(workTree !== undefined && { GIT_WORK_TREE: workTree }),
  };
}

function capture(argv: readonly string[], env: NodeJS.ProcessEnv, { input, workTree }: Asking): Promise<Ran> {
  const began = performance.now();
  const [command = '', ...args] = argv;
  const options = { env, cwd: workTree ?? '/', encoding: 'latin1' as const, maxBuffer: MAX_OUTPUT, timeout: LONGEST_MS };
  return new Promise((resolve) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      const tookMs = performance.now() - began;
      const startError = child.pid === undefined ? (error as NodeJS.ErrnoException | null) : null;
      resolve({ argv, code, stdout, stderr, timedOut: error?.killed === true, tookMs, startError });
    });
    // One that ends before it reads its input is no error of ours.
    child.stdin?.on('error', () => {}).end(input ?? '', 'latin1');
  });
}

/** Without the settings, which are always the same. */
export const shortly = (ran: Ran): string[] =>
  evidenceOf({ ...ran, argv: ran.argv.filter((word, at) => word !== '-c' && ran.argv[at - 1] !== '-c') });
