/** Its share of what it waited for so far, so that a long wait costs little and a short one is not made longer. */
export const pauseAfter = (waitedMs: number): number => Math.min(100, Math.max(5, waitedMs / 20));
