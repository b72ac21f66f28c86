/** lockerd while it runs: the box, its lasting state, and what lives only as long as the process. */
import type { LockerName } from '../domain/model/ids';
import type { BoxContext } from './context';
import type { Jobs } from './jobs/jobs';
import type { Journal } from './journal/journal';
import type { Lane } from './lane/lane';

export interface Daemon extends BoxContext {
  readonly journal: Journal;
  readonly lane: Lane;
  readonly jobs: Jobs;
  /** When somebody last named a token of that locker, epoch milliseconds: requests and heartbeats. */
  readonly heard: Map<LockerName, number>;
  /** Keys of the migrations whose announced attempt is being waited for, though no job asks. */
  readonly settling: Set<string>;
  /** Epoch milliseconds: who was heard before is not known. */
  readonly startedAt: number;
}
