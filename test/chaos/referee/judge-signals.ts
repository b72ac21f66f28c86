/** I4: one halt signal for each life of an init, and none before the journal says so. By the lockers' own boot logs. */
import { lockerOf } from '../../../domain/model/token';
import type { BootEvent } from '../../support/sandbox';
import type { Evidence } from './evidence';
import { groupBy } from './group-by';
import { violationOf } from './violation';
import type { Violation } from './violation';

const violation = violationOf('I4');

/** `at` of a journal record is taken before it is written: a clock that is set may still show. */
const CLOCK_MS = 20;

interface Announced {
  readonly locker: string | null;
  readonly at: number;
  readonly startTime: string;
  readonly line: string;
}

export function judgeSignals(evidence: Evidence): Violation[] {
  const announced = announcedStops(evidence);
  const lives = [...evidence.bootLogs].flatMap(([locker, events]) => livesOf(events).map((signals) => ({ locker, signals })));
  const since = ({ at }: { at: string }) => Date.parse(at) >= evidence.since;
  return [
    ...twiceAnnounced(announced.filter(({ at }) => at >= evidence.since)),
    ...lives
      .filter(({ signals }) => signals.some(since))
      .flatMap(({ locker, signals }) => wrongSignals(locker, signals, announced)),
  ];
}

function announcedStops({ journal }: Evidence): Announced[] {
  return journal.flatMap((record) => {
    if (record.kind !== 'intent' || record.intent.kind !== 'stop' || !record.intent.signal) return [];
    const { startTime } = record.intent.init;
    return [{ locker: lockerOf(record.token), at: Date.parse(record.at), startTime, line: JSON.stringify(record) }];
  });
}

/** Two intents that would both signal the same process. A box has one clock: a start time is a life, whatever the boot. */
function twiceAnnounced(announced: readonly Announced[]): Violation[] {
  return groupBy(announced, ({ locker, startTime }) => `${locker} ${startTime}`)
    .filter((intents) => intents.length > 1)
    .map((intents) =>
      violation(
        `the journal has ${intents.length} halt signals for one life of ${intents[0]?.locker}`,
        ...intents.map(({ line }) => line),
      ),
    );
}

/** The signals of each life. */
function livesOf(events: readonly BootEvent[]): BootEvent[][] {
  const signals = events.filter(({ event }) => event === 'signal');
  return groupBy(signals, ({ startTime }) => startTime);
}

function wrongSignals(locker: string, signals: readonly BootEvent[], announced: readonly Announced[]): Violation[] {
  const lines = signals.map((event) => JSON.stringify(event));
  const [first] = signals;
  if (!first) return [];
  const twice = signals.length > 1 ? [violation(`one life of ${locker} was told to stop ${signals.length} times`, ...lines)] : [];
  const known = announced.filter((intent) => intent.locker === locker && intent.startTime === first.startTime);
  if (known.some(({ at }) => at <= Date.parse(first.at) + CLOCK_MS)) return twice;
  return [
    ...twice,
    violation(`${locker} was told to stop before the journal said so`, ...lines, ...known.map(({ line }) => line)),
  ];
}
