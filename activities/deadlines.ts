/**
 * How long an activity waits for the box, derived from the policy that the box itself keeps, plus
 * a margin for the link (a dial, a re-dial, a restart of lockerd). The box's own deadline is to
 * end first: then its outcome, with evidence, arrives instead of our LinkLost. Milliseconds. Pure.
 */
import type { Policy } from '../domain/model/policy';
import type { MoveLocker } from './contract';

const MARGIN = 30_000;

export const DEADLINES = {
  look: 60_000,
  /** Includes the wait for the jobs of an earlier holder. */
  lease: 90_000,
  /** Two mirrors fetched from wherever they are. */
  resolve: 180_000,
  /** Fetch, build (its own limit is in lockstep.json, 5 minutes by default) and 300 renderings. */
  stage: 15 * 60_000,
  /** One rootfs copied, or one owner's data removed. */
  files: 5 * 60_000,
  undrain: 60_000,
  /** Checks, and the removal of old releases. */
  settle: 120_000,
} as const;

/** Its own time, its runner's way to begin, and its check before and after. */
export const migrateDeadline = (timeoutMs: number): number => timeoutMs + 6 * 60_000;
export const drainDeadline = (timeoutMs: number): number => timeoutMs + MARGIN;
export const checkDeadline = (longestMs: number): number => longestMs + MARGIN;
export const verifyDeadline = (deadlineMs: number): number => deadlineMs + MARGIN;
export const startDeadline = (holdAfterMs: number, startDeadlineMs: number): number => holdAfterMs + startDeadlineMs + MARGIN;
/** A root file system copied, the lane, a start, a proof, a stop: all the box's own deadlines. */
export const rehearsalDeadline = ({ pressure, verify, stop }: Policy): number =>
  DEADLINES.files + startDeadline(pressure.holdAfterMs, verify.deadlineMs) + verify.deadlineMs + stop.timeoutMs;
/** Wait for the lane, stop (a kill included), its migrations and what undoes them, start. */
export const moveDeadline = ({ stop, lane, startDeadlineMs, migrations = [] }: MoveLocker): number =>
  startDeadline(lane.pressure.holdAfterMs, startDeadlineMs) +
  stop.timeoutMs +
  migrations.reduce((sum, { timeoutMs }) => sum + 2 * migrateDeadline(timeoutMs), 0);
