/**
 * What must be mended before a locker may be touched. Looks only.
 * /Me: the owner's folder must exist below the box's data path. Where the owners' data are a
 * filesystem of their own, the file `<data>.expect-mount` says so: then the folder must be on another
 * device than the root, because an empty /Me after a lost mount looks like an owner without data.
 */
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LockerName } from '../../domain/model/ids';
import type { LockerProblem } from '../../domain/model/inventory';
import type { Targets } from '../../domain/model/targets';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { targetsHere } from '../release/last-stage';
import { haltSignal as decideHalt } from '../../domain/adopt/halt-signal';
import { endsBy, wouldEndBy } from './ends-by';
import type { LxcSettings } from './lxc-settings';

interface Look extends Pick<BoxContext, 'paths' | 'config' | 'log'> {
  /** Of one that is being made: where its root is until it has its name. */
  readonly rootfs?: string;
}

export interface At {
  /** Of its running init; null: it does not run. */
  readonly initPid?: number | null;
  /** Where it is to have code, config and data. Absent: as the last stage says. */
  readonly targets?: Targets;
}

export async function lockerProblems(box: Look, locker: LockerName, at: At = {}): Promise<LockerProblem[]> {
  const { initPid = null, targets = await targetsHere(box) } = at;
  const configuration = configurationOf(box);
  const file = configuration.placeOf(locker);
  let settings: LxcSettings;
  try {
    settings = await configuration.settings(locker);
  } catch (error) {
    return [{ code: 'config-unreadable', detail: (error as Error).message }];
  }
  return [
    ...(await haltSignal(settings, { file, initPid, rootfs: box.rootfs ?? rootIn(settings) })),
    ...codeAndConfig(settings, box.paths.current(locker), targets),
    ...(await ownersData(box, { locker, settings, target: targets.me })),
    ...(settings.get('lxc.start.auto')?.at(-1) === '1' ? [problem('autostart-on', `${file}: lxc.start.auto = 1`)] : []),
  ];
}

const problem = (code: LockerProblem['code'], detail: string): LockerProblem => ({ code, detail });

/** undefined: it is not one folder of the box. */
function rootIn(settings: LxcSettings): string | undefined {
  const rootfs = settings.get('lxc.rootfs.path')?.at(-1)?.replace(/^dir:/, '');
  return rootfs?.startsWith('/') ? rootfs : undefined;
}

interface HaltPlace {
  readonly file: string;
  readonly initPid: number | null;
  readonly rootfs: string | undefined;
}

async function haltSignal(settings: LxcSettings, { file, initPid, rootfs }: HaltPlace): Promise<LockerProblem[]> {
  const signal = settings.get('lxc.signal.halt')?.at(-1);
  const ends = initPid === null ? await (rootfs === undefined ? null : wouldEndBy(rootfs)) : await endsBy(initPid);
  if (ends !== null) {
    const fit = decideHalt({ set: signal ?? null, handled: null, ends });
    if (fit.kind === 'stays') return [];
    const better = fit.kind === 'set' ? `: it ends on ${fit.signal}` : `: ${fit.problem.detail}`;
    return [
      problem(
        'halt-signal-missing',
        `${file}: lxc.signal.halt is ${signal ?? 'not set'}, which its init does not end on${better}`,
      ),
    ];
  }
  const why = signal === undefined ? 'which a locker ignores' : UNFIT_SIGNALS[signal.toUpperCase()];
  if (why === undefined) return [];
  return [problem('halt-signal-missing', `${file}: lxc.signal.halt is ${signal ?? 'not set, so SIGPWR'}, ${why}`)];
}

const UNFIT_SIGNALS: Readonly<Record<string, string>> = {
  SIGPWR: 'which a locker ignores',
  30: 'which a locker ignores',
  SIGKILL: 'which lets no locker finish its work',
  9: 'which lets no locker finish its work',
};

/**
 * Source of the mount entry for a place in the locker, which LXC takes as a relative path or below the
 * rootfs. It ignores any other absolute one without an error: with the target /Me a locker comes up
 * with an empty /Me.
 */
function mountSource(settings: LxcSettings, place: string): string | null {
  const rootfs = settings
    .get('lxc.rootfs.path')
    ?.at(-1)
    ?.replace(/^[a-z]+:/, '');
  const targets = [place.slice(1), ...(rootfs === undefined ? [] : [join(rootfs, place)])];
  for (const entry of settings.get('lxc.mount.entry')?.toReversed() ?? []) {
    const [source, target] = entry.split(/\s+/);
    if (source !== undefined && target !== undefined && targets.includes(plain(target))) return plain(source);
  }
  return null;
}

/** Without doubled and trailing slashes; a relative path stays relative. */
const plain = (path: string): string => (path.startsWith('/') ? resolve(path) : path.replace(/\/+$/, ''));

/** Says it where the entry is there and LXC does not take it. */
function wrongSource(
  settings: LxcSettings,
  place: string,
  { source, expected }: { source: string | null; expected: string },
): string {
  const ignored = settings.get('lxc.mount.entry')?.some((entry) => entry.split(/\s+/)[1] === place);
  const hint = source === null && ignored ? `; LXC ignores the target ${place}: write ${place.slice(1)}` : '';
  return `${place} is mounted from ${source ?? 'nowhere'}, expected ${expected}${hint}`;
}

function codeAndConfig(settings: LxcSettings, current: string, targets: Targets): LockerProblem[] {
  return (['code', 'config'] as const).flatMap((part) => {
    const expected = join(current, part);
    const source = mountSource(settings, targets[part]);
    return source === expected ? [] : [problem('mount-missing', wrongSource(settings, targets[part], { source, expected }))];
  });
}

interface Data {
  readonly locker: LockerName;
  readonly settings: LxcSettings;
  readonly target: string;
}

async function ownersData(box: Look, { locker, settings, target }: Data): Promise<LockerProblem[]> {
  const expected = box.paths.me(locker);
  const source = mountSource(settings, target);
  if (source !== expected) return [problem('me-not-mounted', wrongSource(settings, target, { source, expected }))];
  const folder = await stat(expected).catch(() => null);
  if (!folder?.isDirectory()) return [problem('me-not-mounted', `${expected} is not there`)];
  const marker = await readFile(`${box.config.data}.expect-mount`).catch(() => null);
  if (marker !== null && folder.dev === (await stat(join(box.config.data, '..'))).dev) {
    return [problem('me-not-mounted', `${expected} is not on the filesystem that ${box.config.data}.expect-mount announces`)];
  }
  return [];
}
