/** The rules of a plan in words: who may approve, when it may run, when it stops by itself. Each empty where nothing is said. */
import { epochOfIso, isoTime } from '../model/civil-time';
import { formatDuration } from '../model/format-duration';
import type { PlannedHook } from '../model/hook';
import type { Plan, PlannedMigration } from '../model/plan';
import { irreversibleOf, wayBackText } from '../model/point-of-no-return';
import { namesText } from './names-text';
import type { Section } from './section';

/** Only where the policy says something of its own. */
export function approvalSection({ batches, policy }: Plan): Section[] {
  if (!batches.some(({ gate }) => gate)) return [];
  const rules = approvalRules(policy);
  return rules.length === 0 ? [] : [{ title: 'Approval', lines: [rules.join('; ')] }];
}

type ApprovalRules = Pick<Plan['policy'], 'approvers' | 'fourEyes' | 'identity' | 'onGateTimeout' | 'gateTimeoutMs'>;

/** Who may approve, how he is known, and what happens when nobody does. */
export function approvalRules(policy: ApprovalRules): string[] {
  const { approvers = null, fourEyes = false, identity = 'claimed', onGateTimeout = 'hold' } = policy;
  const who = approvers === null ? [] : [`by ${approvers.join(' or ')}`];
  const eyes = fourEyes ? ['not by who starts it'] : [];
  const late = onGateTimeout === 'abort' ? [`aborted without an answer in ${formatDuration(policy.gateTimeoutMs)}`] : [];
  const proof = identity === 'proven' ? ['signed: a claimed identity is refused'] : [];
  return [...who, ...eyes, ...proof, ...late];
}

const openingText = ({ opens, closes }: { opens: number; closes: number }): string => `${isoTime(opens)} to ${isoTime(closes)}`;

/** When lockers may begin, where not always. */
export function windowSection({ windows, madeFrom }: Plan): Section[] {
  if (!windows) return [];
  const at = epochOfIso(madeFrom);
  const [first] = windows;
  if (!first) return [{ title: 'Window', lines: ['none in the next 60 days: no locker will begin'] }];
  const now =
    first.opens <= at ? `open now, until ${isoTime(first.closes)}` : `closed; the first locker begins at ${isoTime(first.opens)}`;
  return [{ title: 'Window', lines: [now, ...windows.slice(1, 2).map((next) => `then ${openingText(next)}`)] }];
}

/** What the release itself asks, where it asks something. */
export function askSection({ asks }: Plan): Section[] {
  if (!asks) return [];
  const { from, config = [], check } = asks;
  return [
    {
      title: 'Release',
      lines: [
        ...(check ? [`checked while it is staged: ${check.join(' ')}`] : []),
        ...(config.length > 0 ? [`has the config that it requires: ${config.join(', ')}`] : []),
        ...(from === undefined ? [] : [`follows code that contains ${from}, as it requires`]),
      ],
    },
  ];
}

/** Only where the service has any. */
export function checkSection({ checks, batches }: Plan): Section[] {
  if (!checks) return [];
  const { fast, full, sample } = checks;
  const end = `at the end${sample ? ` (${sample.length} lockers: ${namesText(sample)})` : ''}`;
  const moments = batches.length > 1 ? `after the canary and ${end}` : end;
  return [
    {
      title: 'Checks',
      lines: [
        ...(fast.length > 0 ? [`after each locker: ${fast.join(', ')}; a locker that fails one is restored`] : []),
        ...(full.length > 0 ? [`${moments}: ${[...fast, ...full].join(', ')}`] : []),
        'no clear answer holds; what fails before the rollout does not count',
      ],
    },
  ];
}

const WHEN: Readonly<Record<PlannedMigration['when'], string>> = {
  'before-first': 'once, before the first locker',
  'per-locker': 'for each locker, while it is down',
  'all-halted': 'once, with all lockers halted',
};

/** What is done to the data, and from where on nobody can take it back. */
export function migrationSection(plan: Plan): Section[] {
  const { migrations = [] } = plan;
  if (migrations.length === 0) return [];
  const lines = migrations.map(({ id, when, reversible, lockers }) => {
    const of = lockers === undefined ? '' : ` (${lockers.length})`;
    return `${id}: ${WHEN[when]}${of}; ${wayBackText({ reversible, when })}`;
  });
  const point = irreversibleOf(plan).length > 0;
  const said = 'POINT OF NO RETURN: approved before batch 1; after it nothing is rolled back by itself';
  return [{ title: 'Migrate', lines: [...lines, ...(point ? [said] : [])] }];
}

const hookText = ({ name, deadlineMs, onFailure }: PlannedHook): string =>
  `${name} (up to ${formatDuration(deadlineMs)}${onFailure === 'hold' ? ', else holds' : ''})`;

/** Only where there are any. */
export function hookSection({ hooks }: Plan): Section[] {
  if (!hooks) return [];
  const { before, after } = hooks;
  return [
    {
      title: 'Hooks',
      lines: [
        ...(before.length > 0 ? [`before the first locker: ${before.map(hookText).join(', ')}`] : []),
        ...(after.length > 0 ? [`after the end, whatever it is: ${after.map(hookText).join(', ')}`] : []),
      ],
    },
  ];
}

export function failureSection(plan: Plan): Section {
  return { title: 'Failures', lines: [failureText(plan), ...patienceLines(plan)] };
}

function failureText({ limits, policy, lockers }: Plan): string {
  if (policy.onFailure === 'continue') return 'recorded, and the rollout goes on; it can not end as succeeded then';
  const { canaryFailures: canary, totalFailures: total, batchFailures: batch = null } = limits;
  const does = policy.onFailure === 'roll-back' ? 'rolls back' : 'holds';
  const places = [
    ...(canary < total ? [`the ${ordinal(canary + 1)} failure in the canary batch`] : []),
    ...(batch !== null && batch < total ? [`the ${ordinal(batch + 1)} in any one batch`] : []),
  ];
  if (places.length === 0) return `${does} at the ${ordinal(total + 1)} failure`;
  return `${does} at ${places.join(', at ')}, and at the ${ordinal(total + 1)} of all ${lockers.length}`;
}

/** What else holds it, where the policy says something of its own. */
function patienceLines({ limits, policy }: Plan): string[] {
  const { unreachable = 0, rollbackMaxDown = limits.maxDown } = limits;
  const { progressDeadlineMs = null } = policy;
  return [
    ...(policy.onFailure === 'roll-back' ? [`at most ${rollbackMaxDown} down on the way back, no gates, no soak`] : []),
    ...(unreachable > 0 ? [`holds when more than ${unreachable} lockers can not be reached`] : []),
    ...(progressDeadlineMs === null ? [] : [`holds when no locker comes to its end for ${formatDuration(progressDeadlineMs)}`]),
  ];
}

function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${(teen ? null : ['th', 'st', 'nd', 'rd'][n % 10]) ?? 'th'}`;
}
