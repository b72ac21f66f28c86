/**
 * The checkout that all lockers run: which revision it is at, since when, and what differs from it.
 * Looks only. It is somebody's repository and we are root: nothing that its own config names is run.
 */
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OldCode } from '../../domain/adopt/adoption';
import { below, within } from '../../domain/adopt/below';
import { Fault } from '../../domain/faults';
import { CodeId, ReleaseId, Sha } from '../../domain/model/ids';
import type { ServiceName } from '../../domain/model/ids';
import { onFiles } from '../release/box-files';
import { git } from '../release/git';
import { evidenceOf } from '../run';

export interface OldTree extends Omit<OldCode, 'build' | 'named'> {
  /** When it was last brought to another revision or edited, epoch milliseconds. */
  readonly at: number;
  /** Names in it that are copied as they are. */
  readonly whole: readonly string[];
  /** Names of folders that hold data or config as well: only what git knows of them is copied. */
  readonly holders: readonly string[];
}

export interface Looking {
  readonly tree: string;
  readonly service: ServiceName;
  /** Data and config of all lockers: not code, wherever they lie. */
  readonly places: readonly string[];
  /** The root folders of all lockers. */
  readonly roots: readonly string[];
}

/** Throws BoxUnfit where it is no checkout that git can read. */
export async function seeCheckout({ tree, service, places }: Looking): Promise<OldTree> {
  const revision = Sha.parse((await ask(tree, ['rev-parse', '--verify', 'HEAD^{commit}'])).trim());
  const [day = '', subject = ''] = (
    await ask(tree, ['show', '--no-patch', '--date=format-local:%Y%m%d', '--format=%cd%n%s', 'HEAD', '--'])
  ).split('\n');
  const changed = await changesIn(tree, places);
  const dirty = changed.length > 0;
  const inner = places.filter((place) => place !== tree && within(tree, place));
  const names = await readdir(tree);
  const holders = names.filter((name) => inner.some((place) => within(join(tree, name), place)));
  const whole = names.filter((name) => !holders.includes(name));
  const id = hash('adopted code', service, revision, ...(dirty ? [changed.join('\n'), await ask(tree, DIFF)] : []));
  return {
    tree,
    checkout: true,
    revision,
    subject: subject.slice(0, 100),
    id: CodeId.parse(`c${id}`),
    release: ReleaseId.parse(`r${hash('adopted release', service, id)}`),
    label: `adopted-${day}-g${revision.slice(0, 6)}${dirty ? '-dirty' : ''}`,
    bytes: await sizeOf(whole.map((name) => join(tree, name))),
    changed,
    at: Math.max(await movedAt(tree), await editedAt(tree, changed)),
    whole,
    holders,
  };
}

export const hash = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);

/** With `--` at its end: a file may be called HEAD. */
const DIFF = ['diff', '--no-ext-diff', '--no-textconv', '--binary', 'HEAD', '--'];

/** What git does not know and does not ignore counts; owners' data and their config never do. */
async function changesIn(tree: string, places: readonly string[]): Promise<string[]> {
  const listed = (await ask(tree, ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=normal'])).split('\0');
  return listed.filter((entry) => entry !== '' && !leadsTo(places, join(tree, entry.slice(3))));
}

const leadsTo = (places: readonly string[], path: string): boolean => {
  const plain = path.replace(/\/$/, '');
  return places.some((place) => within(plain, place) || (below(place, plain) ?? '') !== '');
};

export async function ask(tree: string, args: readonly string[]): Promise<string> {
  const ran = await git(['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-C', tree, ...args]);
  if (ran.code === 0) return ran.stdout;
  throw new Fault('BoxUnfit', `${tree} is no git checkout that can be read.`, {
    evidence: evidenceOf(ran),
    cure: 'Name the checkout that the lockers run with --code DIR.',
  });
}

export async function sizeOf(paths: readonly string[]): Promise<number> {
  if (paths.length === 0) return 0;
  const said = await onFiles(['du', '-s', '-c', '-B1', '--', ...paths]);
  return Number(/^(\d+)\ttotal$/m.exec(said)?.[1] ?? 0);
}

/** Each pull, checkout and reset writes there. */
async function movedAt(tree: string): Promise<number> {
  for (const name of ['logs/HEAD', 'HEAD']) {
    const file = (await ask(tree, ['rev-parse', '--path-format=absolute', '--git-path', name])).trim();
    const seen = await stat(file).catch(() => null);
    if (seen) return seen.mtimeMs;
  }
  return 0;
}

async function editedAt(tree: string, changed: readonly string[]): Promise<number> {
  const times = changed.map((entry) =>
    stat(join(tree, entry.slice(3))).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(0, ...(await Promise.all(times)));
}
