/**
 * A stranger at a fresh checkout: a copy of this one without anything that was ever started, in which
 * commands are typed as they stand in the pages, on a terminal of their own.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../box/run';

const ROOT = join(__dirname, '../..');
/** The binary that the product found once is shared by all suites of a run. */
const BINARIES = join(ROOT, '.lockstep/bin');

export interface Typed {
  readonly command: string;
  readonly exit: number | null;
  /** stdout and stderr as a terminal shows them: no colours, a line that was drawn over and over once for each time. */
  readonly lines: readonly string[];
}

export interface Stranger {
  readonly folder: string;
  /** `leaveAt`: Ctrl-C as soon as this is on the screen. */
  type(command: string, leaveAt?: RegExp): Promise<Typed>;
  /** Ends what was started, and removes the copy. */
  leave(): Promise<void>;
}

export async function aStranger(): Promise<Stranger> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-stranger-'));
  // The sandbox's lockers and logins of other accounts come through here.
  chmodSync(folder, 0o755);
  const listed = await run(['git', '-C', ROOT, 'ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    timeoutMs: 60_000,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)));
  if (files.length === 0) throw new Error(`git lists no files: ${listed.stderr}`);
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(ROOT, file), join(folder, file));
  }
  letBusyMachinesPass(join(folder, 'fleet.yaml'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const type = async (command: string, leaveAt?: RegExp) => typed(folder, command, leaveAt);
  return {
    folder,
    type,
    async leave() {
      await type('npm run down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Else others' tests on the same cores would keep the start lane shut. Nothing that is printed says it. */
function letBusyMachinesPass(fleetFile: string): void {
  const text = readFileSync(fleetFile, 'utf8');
  const open = 'pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000 }';
  writeFileSync(fleetFile, text.replace(/^policy:$/m, `policy:\n  ${open}`));
}

/** Nothing that this process was told about servers, homes or fleets. */
const cleanEnvironment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LOCKSTEP|TEMPORAL|JEST|npm)_/.test(name))),
  LOCKSTEP_BIN: BINARIES,
  TERM: 'xterm',
  // npm's own turning wheel stands wherever our line begins.
  npm_config_progress: 'false',
});

const CTRL_C = '\u0003';

function typed(folder: string, command: string, leaveAt?: RegExp): Promise<Typed> {
  const child = spawn('script', ['-qec', `stty cols 120 rows 50; ${command}`, '/dev/null'], {
    cwd: folder,
    env: cleanEnvironment(),
    stdio: 'pipe',
  });
  let text = '';
  let left = false;
  const onPart = (part: string) => {
    text += part;
    if (left || !leaveAt?.test(text)) return;
    left = true;
    child.stdin.write(CTRL_C);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onPart);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => resolve({ command, exit, lines: linesOf(text) }));
  });
}

function linesOf(text: string): string[] {
  const escapes = new RegExp(String.raw`\u001b\[[0-9;?]*[A-Za-z]`, 'g');
  return text
    .replaceAll(escapes, '')
    .replaceAll(/[\u2801-\u28ff]/g, '')
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
