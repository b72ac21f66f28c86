/**
 * I5: every planned locker ends in exactly one way and the counts sum up; and what is reported,
 * by the rollout or by the journal, is what the lockers themselves answer and have booted.
 */
import { foldJournal } from '../../../box/journal/fold';
import type { LockerName } from '../../../domain/model/ids';
import type { LockerEnd } from '../../../domain/model/outcome';
import type { Evidence, Reported } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';
import { walkJournal } from './walk-journal';

const violation = violationOf('I5');
const notYet = violationOf('I5', { mayPass: true });
const ENDS: readonly LockerEnd[] = ['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable'];

export function judgeEnds(evidence: Evidence): Violation[] {
  return [...judgeCounts(evidence.reported), ...judgeAnswers(evidence), ...judgeStarts(evidence)];
}

function judgeCounts({ counts, ends }: Reported): Violation[] {
  if (counts === null) return [];
  const sum = ENDS.reduce((total, end) => total + (counts[end] ?? 0), 0);
  const wrongSum =
    sum === counts['planned']
      ? []
      : [violation(`the counts sum to ${sum}, planned were ${counts['planned']}`, JSON.stringify(counts))];
  const listed = ENDS.filter((end) => [...ends.values()].filter((one) => one === end).length > (counts[end] ?? 0));
  return [
    ...wrongSum,
    ...listed.map((end) => violation(`more lockers are listed as ${end} than are counted`, JSON.stringify([...ends]))),
  ];
}

/** Lockers that are listed nowhere were brought to the release. */
function judgeAnswers(evidence: Evidence): Violation[] {
  const { counts, build } = evidence.reported;
  if (counts === null || build === null || counts['planned'] !== evidence.lockers.length) return [];
  const mayDiffer = rolloutsIn(evidence) > 1;
  return evidence.lockers
    .filter((locker) => isClaimed(evidence, locker))
    .flatMap((locker) => {
      const before = evidence.buildsBefore.get(locker) ?? null;
      const answer = evidence.answers.get(locker) ?? null;
      const end = evidence.reported.ends.get(locker) ?? 'updated';
      // What one rollout left as it was, another may have brought to the release before.
      const isLeft = before === build || mayDiffer || answer !== build;
      if (answer !== null && (end === 'updated' || end === 'unchanged' ? answer === build : isLeft)) return [];
      const sentence = `${locker} is reported as ${end} and answers ${answer ?? 'nothing'}`;
      return [notYet(sentence, `the release is ${build}, it was ${before}`)];
    });
}

/** Of one that is stopped on purpose, lost or failed nobody said what it answers. */
function isClaimed({ buildsBefore, reported, journal }: Evidence, locker: string): boolean {
  const end = reported.ends.get(locker);
  const record = foldJournal(journal).lockers.get(locker as LockerName);
  const isDown = record?.wanted === 'down' || (record?.parked ?? null) !== null;
  return (buildsBefore.get(locker) ?? null) !== null && end !== 'failed' && end !== 'unreachable' && !isDown;
}

function rolloutsIn({ journal, since }: Evidence): number {
  const leases = journal.flatMap((record) =>
    record.kind === 'lease' && Date.parse(record.at) >= since ? [record.lease.holder] : [],
  );
  return new Set(leases.filter((holder) => !holder.startsWith('local:'))).size;
}

/** A start that the journal announced for a version, and the build that the locker then booted. */
function judgeStarts({ journal, since, builds, bootLogs }: Evidence): Violation[] {
  const starts = [...walkJournal(journal)].flatMap(({ at, record, job }) => {
    if (record.kind !== 'intent' || record.intent.kind !== 'start' || job?.locker == null) return [];
    return [{ at, locker: job.locker, version: record.intent.version, line: JSON.stringify(record) }];
  });
  return starts.flatMap(({ at, locker, version, line }, index) => {
    const expected = builds.get(`${locker}/${version}`);
    if (at < since || expected === undefined) return [];
    const until = starts.slice(index + 1).find((later) => later.locker === locker)?.at ?? Number.POSITIVE_INFINITY;
    const boot = bootLogs
      .get(locker)
      ?.find((event) => event.event === 'boot' && Date.parse(event.at) >= at && Date.parse(event.at) < until);
    if (!boot || boot.build === expected) return [];
    return [
      violation(
        `${locker} was started on version ${version}, build ${expected}, and booted ${boot.build}`,
        line,
        JSON.stringify(boot),
      ),
    ];
  });
}
