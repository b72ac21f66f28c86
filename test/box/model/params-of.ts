/** A request's parameters, one of sixteen of its kind. */
import type { LockerName } from '../../../domain/model/ids';
import { RELEASES } from '../support/fake-lxc';
import type { AskedVerb } from './commands';

const bit = (variant: number, place: number) => ((variant >> place) & 1) === 1;

export function paramsOf(verb: AskedVerb, locker: LockerName | null, variant: number): object {
  const stop = { timeoutMs: bit(variant, 0) ? 300 : 3_000, onTimeout: bit(variant, 1) ? 'hold' : 'kill' };
  const pressure = { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1_000, holdAfterMs: 1_000 };
  const lane = { maxStarting: bit(variant, 2) ? 1 : 3, pressure };
  const move = { locker, stop, lane, startDeadlineMs: bit(variant, 2) ? 300 : 1_500 };
  switch (verb) {
    case 'drain':
      return { locker, timeoutMs: bit(variant, 0) ? 100 : 1_000, onTimeout: (['skip', 'proceed', 'hold'] as const)[variant % 3] };
    case 'undrain':
      return { locker };
    case 'update':
      return { ...move, to: bit(variant, 3) ? RELEASES[0] : RELEASES[1] };
    case 'restore':
      return { ...move, toVersion: bit(variant, 3) ? 2 : 1 };
    case 'verify':
      return { locker, goodProbes: 2, stableMs: 100, deadlineMs: 1_500 };
    case 'stop':
      return { locker, stop, drain: bit(variant, 2) ? { timeoutMs: 200 } : null, onPurpose: bit(variant, 3) };
    case 'start':
      return { locker, lane, startDeadlineMs: move.startDeadlineMs };
    case 'link':
      return { locker, to: bit(variant, 3) ? RELEASES[0] : RELEASES[1] };
    case 'settle':
    default:
      return { summary: { state: 'completed', release: null, counts: {}, by: 'jane' }, keepReleases: 5 };
  }
}
