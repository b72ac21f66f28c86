/**
 * update-code [ref]: fetches and stages a release with the last known service config. Stopped lockers
 * get it at once; running ones at their next deliberate start, so that a crash never lands on it.
 */
import { Fault } from '../../domain/faults';
import { GitRef } from '../../domain/model/ids';
import type { VerbResult } from '../../domain/protocol/verbs';
import type { Here } from '../client/connect-box';
import { UsageError } from './arguments';
import type { Arguments } from './arguments';
import { eachLocker, holdBox } from './hold-box';
import type { Held, Summary } from './hold-box';

/** A checkout with its build. */
const FREE_BYTES = 64 * 1024 * 1024;

export function updateCode(here: Here, given: Arguments): Promise<number> {
  const [ref, ...more] = given.words;
  if (more.length > 0) throw new UsageError('give one ref at most');
  const codeRef = ref === undefined ? null : GitRef.safeParse(ref);
  if (codeRef?.success === false)
    throw new UsageError(`${JSON.stringify(ref)}: ${codeRef.error.issues[0]?.message ?? 'no git ref'}`);
  return holdBox(here, { name: 'update-code', force: given.force }, (held) => stageAndLink(held, codeRef?.data ?? null));
}

async function stageAndLink(held: Held, ref: GitRef | null): Promise<Summary> {
  const { stage: last } = await held.lockerd.call('last-stage', {});
  if (!last) throw neverStaged(held.inventory.box);
  const { service } = last.target;
  const resolved = await held.lockerd.call('resolve', {
    service,
    codeRef: ref ?? service.code.ref,
    configRef: service.config.ref,
    since: last.target.release.id,
  });
  const { release } = resolved;
  held.say(changesText(release.label, resolved.changes));
  const lockers = held.inventory.lockers.filter(({ state }) => state !== 'missing').map(({ name }) => name);
  const target = { ...last.target, release };
  const staged = await held.change('stage', 'stage', { target, lockers, freeBytesNeeded: FREE_BYTES });
  held.say(`${release.label} ${staged.built ? 'was built' : 'is built already'}: build ${release.code.build}`);
  const digests = new Map(staged.versions.map(({ locker, configDigest }) => [locker, configDigest]));
  const counts = await eachLocker(held, lockers, {
    atOnce: 10,
    work: async (locker) =>
      WORDS[(await held.change('link', 'link', { locker, to: release.id, configDigest: digests.get(locker) })).kind],
  });
  return { counts, bad: ['failed'], release: release.label };
}

const WORDS: Readonly<Record<VerbResult<'link'>['kind'], string>> = {
  linked: 'switched',
  next: 'at its next start',
  already: 'there already',
};

function changesText(label: string, { code, config }: VerbResult<'resolve'>['changes']): string {
  const lines = [...code.map((line) => `  code    ${line}`), ...config.map((line) => `  config  ${line}`)];
  return [`${label}:`, ...(lines.length > 0 ? lines : ['  no change since the last stage'])].join('\n');
}

function neverStaged(box: string): Fault {
  return new Fault('LockerUnfit', `Nothing was ever staged on ${box}, so that its service is not known here.`, {
    cure: 'Stage once from fleet.yaml: `npm run start-rollout -- --box NAME`.',
  });
}
