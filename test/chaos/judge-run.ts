/** What must hold when a run is over, whatever was done to it; empty: all of it does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askBuild, isHealthy } from '../../sandbox/ask-locker';
import type { BoxState } from '../../sandbox/sandbox-state';
import type { LockerEnd } from '../../domain/model/outcome';
import { LIMITS } from './chaos-installation';
import type { FaultKind } from './contract';
import type { Followed } from './follow-to-end';
import { violationLines } from './referee/referee';
import type { Referee, Violation } from './referee/referee';

interface Judged {
  readonly fault: FaultKind;
  readonly followed: Followed;
  readonly box: BoxState;
  readonly referee: Referee;
  /** That lockers answered before, each its own. */
  readonly before: ReadonlyMap<string, string>;
  /** That the rollout was to bring. */
  readonly build: string;
}

/** A machine under load answers late, and late is not down. */
const ANSWERS_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** By the table of ends, by the lockers' own answers, and by the referee. */
export async function judgeRun(judged: Judged): Promise<string[]> {
  const { end } = judged.followed;
  const allowed = end !== 'no-end' && judged.fault.ends.includes(end);
  const wrongEnd = allowed ? [] : [`end ${end} is not allowed (${judged.fault.ends.join(', ')})`];
  const broken = violationLines(await refereeSays(judged));
  return [...wrongEnd, ...broken, ...(await wrongLockers(judged))];
}

function refereeSays({ followed, referee, build }: Judged): Promise<Violation[]> {
  const { end, finished } = followed;
  const { counts, exceptions = [] } = finished ?? {};
  const failed = exceptions.filter((one) => one.end === 'failed').map(({ locker }) => locker);
  const keepsLease = end === 'held' || end === 'no-end';
  return referee.judge({
    limits: LIMITS,
    end: keepsLease ? 'held' : 'ended',
    build,
    exceptions,
    failed,
    ...(counts ? { counts } : {}),
  });
}

async function wrongLockers(judged: Judged): Promise<string[]> {
  const until = performance.now() + ANSWERS_WITHIN_MS;
  for (;;) {
    const wrong = (await Promise.all(judged.box.lockers.map((locker) => wrongLocker(locker, judged)))).flat();
    if (wrong.length === 0 || performance.now() > until) return wrong;
    await sleep(LOOK_EVERY_MS);
  }
}

async function wrongLocker(locker: string, { followed, box, before, build }: Judged): Promise<string[]> {
  const { end, finished } = followed;
  const said = finished?.exceptions.find((one) => one.locker === locker)?.end;
  if (said === 'failed') return [];
  const [healthy, answer] = await Promise.all([isHealthy(box, locker), askBuild(box, locker)]);
  if (!healthy || answer === null) return [`${locker} does not serve`];
  const whole = end === 'succeeded' || end === 'completed-with-exceptions' || end === 'terminated-and-taken-over';
  const builds = whole ? expectedOf(said, before.get(locker), build) : [before.get(locker), build];
  return builds.includes(answer) ? [] : [`${locker} runs ${answer}, not ${builds.join(' or ')}`];
}

/** Of an exception the report says no more than its end. */
function expectedOf(said: LockerEnd | undefined, before: string | undefined, build: string): (string | undefined)[] {
  if (said === undefined || said === 'updated' || said === 'unchanged') return [build];
  return said === 'unreachable' ? [before, build] : [before];
}
