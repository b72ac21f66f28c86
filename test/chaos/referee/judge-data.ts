/**
 * I7: the owner's data is whole: nothing of what was there is lost or changed, every line follows
 * the one before. Work in flight may be lost only where a locker was killed, by a fault or by the
 * policy: one that was asked to leave finished its work first.
 */
import type { BootEvent } from '../../support/sandbox';
import type { Evidence } from './evidence';
import { violationOf } from './violation';
import type { Violation } from './violation';

const violation = violationOf('I7');

export function judgeData(evidence: Evidence): Violation[] {
  return evidence.lockers.flatMap((locker) => [...judgeFile(evidence, locker), ...judgeLost(evidence, locker)]);
}

function judgeFile({ data, dataBefore }: Evidence, locker: string): Violation[] {
  const before = dataBefore.get(locker);
  const after = data.get(locker);
  if (!before || !after) return [violation(`the data of ${locker} can not be read`)];
  const broken = before.report.broken === null ? after.report.broken : null;
  return [
    ...(broken === null ? [] : [violation(`the data of ${locker} is not whole`, broken)]),
    ...(after.continues
      ? []
      : [violation(`data of ${locker} was lost or changed`, `${before.bytes} bytes before, ${after.bytes} now`)]),
  ];
}

function judgeLost({ data, bootLogs, since }: Evidence, locker: string): Violation[] {
  const events = bootLogs.get(locker) ?? [];
  return (data.get(locker)?.lostAt ?? []).flatMap((at) => {
    const ended = at < since ? undefined : endOfLifeBefore(events, at);
    if (ended?.event !== 'exit' && ended?.event !== 'abort') return [];
    return [
      violation(`${locker} lost accepted work, and was not killed`, `noted ${new Date(at).toISOString()}`, JSON.stringify(ended)),
    ];
  });
}

/** The last that was heard of the life before the one that noted the loss. */
function endOfLifeBefore(events: readonly BootEvent[], at: number): BootEvent | undefined {
  const booted = events.findLastIndex((event) => event.event === 'boot' && Date.parse(event.at) <= at);
  return booted > 0 ? events[booted - 1] : undefined;
}
