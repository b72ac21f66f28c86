/**
 * Why no plan may be made: all reasons at once, so that a person mends them in one go. Only
 * lockers that the plan would touch are judged; what is already there is left alone.
 */
import { FAULTS } from '../faults';
import type { FaultCode } from '../faults';
import type { Inventory, LockerProblem, SeenLocker } from '../model/inventory';
import type { BoxName, LockerName } from '../model/ids';
import type { PlannedLocker, PlanRefusal } from '../model/plan';
import type { Policy } from '../model/policy';
import type { ServiceConfig } from '../model/service';
import { didYouMean } from '../model/near-miss';
import { epochOfIso } from '../model/civil-time';
import { stoppedOnPurpose } from './plan-locker';

/** As in box.json: below this a stage would be refused half way through the fleet's set-up. */
export const MIN_FREE_BYTES = 256 * 1024 * 1024;

const PROBLEMS = {
  'halt-signal-missing': 'HaltSignalMissing',
  'me-not-mounted': 'MeNotMounted',
  'mount-missing': 'LockerUnfit',
  'config-unreadable': 'LockerUnfit',
  'autostart-on': 'LockerUnfit',
  frozen: 'LockerUnfit',
} as const satisfies Record<LockerProblem['code'], FaultCode>;

export interface RefusalFacts {
  readonly box: BoxName;
  readonly service: ServiceConfig;
  readonly policy: Policy;
  readonly inventory: Inventory;
}

export function refuseBox({ box, service, policy, inventory }: RefusalFacts): PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  const { freeze } = inventory;
  if (freeze)
    refusals.push(
      refusal('ChangesFrozen', null, `Changes on box ${box} are frozen by ${freeze.by} since ${freeze.since}: ${freeze.reason}.`),
    );
  refusals.push(...refuseFreeze(box, policy, inventory.at));
  if (inventory.lockers.length === 0) refusals.push(refusal('NothingToPlan', null, `Box ${box} has no lockers.`));
  if (policy.drainIsExplicit && service.drain === null) {
    const sentence = `The policy for box ${box} sets drain, but its service ${service.name} has no way to drain.`;
    const cure = `Remove drain from the policy, or give the service ${service.name} a drain.`;
    refusals.push({ ...refusal('PolicyInvalid', null, sentence), cure });
  }
  return refusals;
}

/** By the fleet file; the box's own freeze is another. */
function refuseFreeze(box: BoxName, { freeze = null }: Policy, at: string): PlanRefusal[] {
  if (freeze === null || isOver(freeze.until, at)) return [];
  const until = freeze.until === undefined ? '' : ` until ${freeze.until}`;
  const sentence = `The fleet file freezes changes on box ${box}${until}: ${freeze.reason}.`;
  const cure = 'Wait until it is over, or start with `--override-freeze "why"`, which is recorded.';
  return [{ ...refusal('ChangesFrozen', null, sentence), cure }];
}

/** The last day still counts, in UTC. */
export function isOver(until: string | undefined, at: string): boolean {
  return until !== undefined && epochOfIso(until) + DAY_MS <= epochOfIso(at);
}
const DAY_MS = 86_400_000;

/** A name that is left out and that the box does not have is a slip of the pen: the right one would be touched. */
export function refuseUnknown(
  box: BoxName,
  seen: readonly SeenLocker[],
  heldOut: ReadonlyMap<string, string> = new Map(),
): PlanRefusal[] {
  const known = seen.map(({ name }) => String(name));
  const strangers = [...heldOut.keys()].filter((name) => !known.includes(name));
  return strangers.map((name) =>
    refusal('UnknownLocker', null, `Box ${box} has no locker ${name} that could be left out${didYouMean(name, known)}.`),
  );
}

/** Asked only when something is to be staged: a full disk is no reason against doing nothing. */
export function refuseDisk(box: BoxName, { disk }: Inventory): PlanRefusal[] {
  if (disk.freeBytes >= MIN_FREE_BYTES) return [];
  const free = `${mebibytes(disk.freeBytes)} MiB (${disk.freePercent.toFixed(1)} %)`;
  const sentence = `The disk of box ${box} has ${free} free; staging needs ${mebibytes(MIN_FREE_BYTES)} MiB to stay free.`;
  return [refusal('DiskFull', null, sentence)];
}

export function refuseLocker(box: BoxName, seen: SeenLocker, action: PlannedLocker['action'] | null): PlanRefusal[] {
  const at = `Locker ${seen.name} on box ${box}`;
  if (seen.state === 'missing') {
    const cure = 'Create its container, or remove what names it.';
    return [{ ...refusal('LockerUnfit', seen.name, `${at} has no container.`), cure }];
  }
  if (action === 'none' && seen.owed === null) return [];
  const found = seen.problems
    // It is not started, so nobody is shown an empty /Me.
    .filter(({ code }) => !(code === 'me-not-mounted' && stoppedOnPurpose(seen)))
    .map(({ code, detail }) => refusal(PROBLEMS[code], seen.name, `${at}: ${code.replaceAll('-', ' ')}: ${detail}.`));
  if (found.length > 0) return found;
  if (seen.state === 'frozen') return [refusal('LockerUnfit', seen.name, `${at} is frozen and would never drain.`)];
  if (seen.targetConfigDigest === null) return [refusal('LockerUnfit', seen.name, `${at}: its config could not be rendered.`)];
  return [];
}

function refusal(code: FaultCode, locker: LockerName | null, sentence: string): PlanRefusal {
  return { code, locker, sentence, cure: FAULTS[code].cure };
}

const mebibytes = (bytes: number): number => Math.floor(bytes / (1024 * 1024));
