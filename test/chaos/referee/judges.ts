/** All judges: evidence → violations. Each can fail; its test shows it. */
import type { Evidence, Verdict } from './evidence';
import { judgeData } from './judge-data';
import { judgeEnds } from './judge-ends';
import { judgeLeftovers } from './judge-leftovers';
import { judgeOwed } from './judge-owed';
import { judgeReleases } from './judge-releases';
import { judgeSignals } from './judge-signals';
import { judgeSlots } from './judge-slots';
import { judgeTokens } from './judge-tokens';
import type { Violation } from './violation';

export type Judge = (evidence: Evidence, verdict: Verdict) => Violation[];

/** I1, I2, I3, I4, I5, I7, I8, I9. */
export const JUDGES: readonly Judge[] = [
  judgeSlots,
  judgeTokens,
  judgeReleases,
  judgeSignals,
  judgeEnds,
  judgeData,
  judgeLeftovers,
  judgeOwed,
];
