/** A box whose release has migrations, with the real runner: real processes, a real daemon, lockers in memory. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../../box/bundle';
import type { BoxContext } from '../../../box/context';
import { startDaemon } from '../../../box/make-daemon';
import type { RunningDaemon } from '../../../box/make-daemon';
import { folderOf } from '../../../box/migrations/settle-attempt';
import { textOf } from '../../../box/lxc/text-of';
import type { LockerName } from '../../../domain/model/ids';
import type { StageTarget } from '../../../domain/protocol/verbs';
import { aHolder } from './a-client';
import type { Holder } from './a-client';
import { stagedBox } from './staged-box';

/**
 * It says that it ran, waits for `go`, and is done when the marker is there. `exit` makes it end
 * otherwise, `confused` makes its check undecided, `marker` says that it is done.
 */
const RUN = `echo ran >> "$LOCKSTEP_DATA/runs"
while [ ! -e "$LOCKSTEP_DATA/go" ]; do sleep 0.02; done
if [ -e "$LOCKSTEP_DATA/exit" ]; then echo it can not be done; exit 4; fi
touch "$LOCKSTEP_DATA/marker"
`;
const CHECK = `if [ -e "$LOCKSTEP_DATA/confused" ]; then echo who knows; exit 3; fi
[ -e "$LOCKSTEP_DATA/marker" ]
`;
const UNDO = `echo undone >> "$LOCKSTEP_DATA/runs"
rm -f "$LOCKSTEP_DATA/marker"
`;

let bundled: string | null = null;

/** Once for a test file; call its removal after all. */
export async function bundleOnce(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bundle-'));
  bundled = join(folder, 'lockstep.js');
  await writeBundle(bundled);
  return () => rmSync(folder, { recursive: true, force: true });
}

export interface MigratingBox {
  readonly box: BoxContext;
  readonly target: StageTarget;
  daemon(): RunningDaemon['daemon'];
  holder(): Holder;
  /** Ends lockerd, as far as a process that is also the test can: nothing of it is heard any more. */
  down(): Promise<void>;
  up(): Promise<void>;
  put(name: string): void;
  take(name: string): void;
  /** What was done to the data, in order. */
  runs(): string[];
  ask(direction?: 'run' | 'undo', cycle?: number): ReturnType<Holder['ask']>;
  state(): string | undefined;
  folder(): string;
  /** Of the runner of the newest attempt. */
  runnerPid(): number;
  until(what: () => boolean): Promise<void>;
  remove(): Promise<void>;
}

/** Version 1 of each locker is of the release before, version 2 of the one that migrates. */
export async function migratingBox(
  migration: Record<string, unknown> = {},
  more: readonly Record<string, unknown>[] = [],
): Promise<MigratingBox> {
  const here = stagedBox();
  const wanted = { id: 'split-jobs', scope: 'box', when: 'before-first', reversible: true, ...migration };
  const commands = { run: ['sh', 'run.sh'], check: ['sh', 'check.sh'], ...(wanted.reversible && { undo: ['sh', 'undo.sh'] }) };
  const manifest = JSON.stringify({ migrations: [{ ...commands, ...wanted }, ...more] });
  here.code.commit({ 'locker.js': 'before' });
  here.settings.commit({ 'templates/config.json': '{}' });
  await here.stage(await here.targetOf());
  here.code.commit({ 'lockstep.json': manifest, 'run.sh': RUN, 'check.sh': CHECK, 'undo.sh': UNDO, 'locker.js': '' });
  const { data } = here.box.config;
  mkdirSync(data);
  const bootId = textOf('/proc/sys/kernel/random/boot_id').trim();
  const box = Object.assign(here.box, { bootId, self: [process.execPath, bundled ?? ''], now: () => Date.now() });
  const target = await here.targetOf();
  await here.stage(target);
  let running: RunningDaemon | null = null;
  let holder: Holder | null = null;
  const daemon = () => (running as RunningDaemon).daemon;
  const record = () => [...daemon().journal.state().migrations.values()][0];
  const folder = () => folderOf(daemon(), record() as never);
  const up = async () => {
    running = await startDaemon(box);
    holder = await aHolder(box);
  };
  const down = async () => {
    await running?.close();
    running = null;
  };
  await up();
  const { service, code } = target.release;
  const params = { service, code: { id: code.id, revision: code.revision }, migration: 'split-jobs' };
  return {
    box,
    target,
    daemon,
    holder: () => holder as Holder,
    up,
    down,
    put: (name) => writeFileSync(join(data, name), ''),
    take: (name) => rmSync(join(data, name), { force: true }),
    runs: () => (existsSync(join(data, 'runs')) ? readFileSync(join(data, 'runs'), 'utf8').split('\n').filter(Boolean) : []),
    ask: (direction = 'run', cycle = 1) =>
      (holder as Holder).ask('migrate', { ...params, direction }, { cycle, step: direction === 'run' ? 'migrate' : 'undo' }),
    state: () => record()?.state,
    folder,
    runnerPid: () => (JSON.parse(readFileSync(join(folder(), 'started'), 'utf8')) as { pid: number }).pid,
    until: async (what) => {
      for (let i = 0; i < 2_000 && !what(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(what()).toBe(true);
    },
    remove: async () => {
      writeFileSync(join(data, 'go'), '');
      await down();
      here.remove();
    },
  };
}

/** Their containers and their data, so that they can be stopped and started; on the release before. */
export function placeLockers({ box }: MigratingBox, lockers: readonly LockerName[]): void {
  const { paths, config } = box;
  for (const locker of lockers) {
    mkdirSync(join(config.data, locker), { recursive: true });
    mkdirSync(join(config.lxcPath, locker), { recursive: true });
    const mounts = [`${paths.current(locker)}/code code`, `${paths.current(locker)}/config Config`, `${paths.me(locker)} Me`];
    const lines = mounts.map((mount) => `lxc.mount.entry = ${mount} none bind 0 0`);
    writeFileSync(paths.lxcConfig(locker), ['lxc.signal.halt = SIGTERM', ...lines, ''].join('\n'));
    rmSync(paths.current(locker), { force: true });
    symlinkSync('versions/1', paths.current(locker));
  }
}

/** What came of it, a fault included. */
export const settled = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    (value) => value,
    (error: unknown) => error as { code: string },
  );
