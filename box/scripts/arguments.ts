/** The command lines of lockerctl and its scripts: one table of options, so that help and parser can't differ. */
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { Duration } from '../../domain/model/duration';
import { PRODUCT_DEFAULTS } from '../../domain/model/merge-policy';

/** Wrong use: printed with the usage, exit 2. */
export class UsageError extends Error {}

export interface Arguments {
  readonly words: readonly string[];
  readonly force: boolean;
  readonly reason: string | null;
  readonly help: boolean;
  readonly drainTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly maxStarting: number;
  /** CPU pressure (some avg10, per cent) over which nothing more starts. */
  readonly cpuPressure: number;
}

const OPTIONS = {
  force: { type: 'boolean', help: 'take the box over from whoever holds it; recorded in the history' },
  reason: { type: 'string', help: 'why, for those who will meet it; required' },
  'drain-timeout': { type: 'string', help: 'wait so long for a locker to become idle (60s)' },
  'stop-timeout': { type: 'string', help: 'then so long for it to stop by itself, before it is killed (60s)' },
  'start-timeout': { type: 'string', help: 'wait so long for a locker to answer (2m)' },
  'max-starting': { type: 'string', help: `lockers that start at once (${PRODUCT_DEFAULTS.maxStarting})` },
  'cpu-pressure': {
    type: 'string',
    help: `start none more while CPU pressure (some avg10) is above so many per cent (${PRODUCT_DEFAULTS.pressure.cpuSomeAvg10}; 100: never mind)`,
  },
  help: { type: 'boolean', help: 'print this' },
} as const;
export type Option = keyof typeof OPTIONS;

export function parseArguments(argv: readonly string[], allowed: readonly Option[]): Arguments {
  const options = Object.fromEntries([...allowed, 'help' as const].map((name) => [name, { type: OPTIONS[name].type }]));
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const values = parsed.values as Partial<Record<Option, string | boolean>>;
  const text = (name: Option) => (typeof values[name] === 'string' ? values[name] : undefined);
  return {
    words: parsed.positionals,
    force: values.force === true,
    reason: text('reason') ?? null,
    help: values.help === true,
    drainTimeoutMs: duration('drain-timeout', text('drain-timeout') ?? '60s'),
    stopTimeoutMs: duration('stop-timeout', text('stop-timeout') ?? '60s'),
    startTimeoutMs: duration('start-timeout', text('start-timeout') ?? '2m'),
    maxStarting: count('max-starting', text('max-starting') ?? String(PRODUCT_DEFAULTS.maxStarting)),
    cpuPressure: perCent('cpu-pressure', text('cpu-pressure') ?? String(PRODUCT_DEFAULTS.pressure.cpuSomeAvg10)),
  };
}

export function describeOptions(allowed: readonly Option[]): string {
  return [...allowed, 'help' as const]
    .map((name) => `  --${`${name}${OPTIONS[name].type === 'string' ? ' X' : ''}`.padEnd(18)} ${OPTIONS[name].help}`)
    .join('\n');
}

function duration(name: Option, text: string): number {
  const parsed = Duration.safeParse(text);
  if (parsed.success && parsed.data > 0) return parsed.data;
  throw new UsageError(`--${name} ${JSON.stringify(text)}: write a duration such as 500ms, 10s, 5m`);
}

function count(name: Option, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} ${JSON.stringify(text)}: write a number from 1`);
}

function perCent(name: Option, text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 100) return Number(text);
  throw new UsageError(`--${name} ${JSON.stringify(text)}: write a percentage from 0 to 100`);
}

/** Who sits there, through sudo too, in the letters that a token may have. */
export function localUser(): string {
  const name = process.env['SUDO_USER'] ?? userInfo().username;
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]/g, '-')
      .slice(0, 32) || 'unknown'
  );
}
