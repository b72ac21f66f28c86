/** `lockstep pause --box lxc12 [--for 2h | --until 2026-11-22T06:00Z] [--reason TEXT]` */
import { Fault } from '../../domain/faults';
import { Duration } from '../../domain/model/duration';
import { sendPause } from '../operations/send';
import { sendVerb } from '../send-verb';
import type { ActOptions } from '../send-verb';

interface PauseOptions extends ActOptions {
  readonly for?: string;
  readonly until?: string;
}

export const pauseVerb = sendVerb<PauseOptions>({
  flags: (command) =>
    command
      .option('--for <duration>', 'lift it by itself after so long, such as 2h')
      .option('--until <time>', 'lift it by itself then, such as 2026-11-22T06:00Z'),
  send: (door, act, options) => sendPause(door, options.box, { ...act, ...untilOf(options) }),
});

function untilOf(options: PauseOptions): { until?: string } {
  if (options.for !== undefined && options.until !== undefined) throw unusable('--for', 'give --for or --until, not both');
  if (options.until !== undefined) {
    const at = Date.parse(options.until);
    if (!Number.isFinite(at)) throw unusable('--until', 'write a time such as 2026-11-22T06:00Z');
    if (at <= Date.now()) throw unusable('--until', 'that time is over');
    return { until: new Date(at).toISOString() };
  }
  if (options.for === undefined) return {};
  const parsed = Duration.safeParse(options.for);
  if (!parsed.success || parsed.data === 0) throw unusable('--for', 'write a duration such as 30m or 2h');
  return { until: new Date(Date.now() + parsed.data).toISOString() };
}

const unusable = (flag: string, rule: string): Fault =>
  new Fault('PolicyInvalid', `${flag} can not be used: ${rule}.`, { cure: '`lockstep pause --help` shows how it is written.' });
