/**
 * A cycle number that no earlier run of the same rollout has used: after a reset in Temporal the
 * counting begins anew, and the box would answer an old token with its old result. Seconds, so that
 * each reset has its own; within the six digits of a token; far above what is counted one by one.
 */
const COUNTED = 1_000;
const SPAN = 900_000;

export const freshCycle = (now: number): number => COUNTED + (Math.floor(now / 1_000) % SPAN);
