/** One command of the host, to its end. argv only. */
import { spawnSync } from 'node:child_process';
import { Failed } from './failed';

export interface Said {
  readonly exit: number | null;
  readonly stdout: string;
  readonly lines: readonly string[];
}

/** The first start of lockerd reads its whole journal. */
const WITHIN_MS = 60_000;
const KEEP_LINES = 12;
/** A login's own PATH often lacks the folders of the programs that root runs. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export function command(argv: readonly [string, ...string[]]): Said {
  const [program, ...args] = argv;
  const ran = spawnSync(program, args, { encoding: 'utf8', timeout: WITHIN_MS, env: { ...process.env, PATH } });
  const text = `${ran.stdout ?? ''}\n${ran.stderr ?? ''}\n${ran.error?.message ?? ''}`;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return { exit: ran.status, stdout: ran.stdout ?? '', lines: lines.slice(-KEEP_LINES) };
}

export function mustRun(argv: readonly [string, ...string[]]): Said {
  const said = command(argv);
  if (said.exit === 0) return said;
  throw new Failed(`${argv[0]} failed.`, [`$ ${argv.join(' ')}  → exit ${said.exit}`, ...said.lines]);
}

export const has = (program: string): boolean => command(['sh', '-c', 'command -v "$1"', 'sh', program]).exit === 0;
