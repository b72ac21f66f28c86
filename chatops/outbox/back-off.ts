/** When an undelivered item is tried again: twice as late each time, up to a bound, at a random moment of the second half. */

export interface Retry {
  readonly firstMs: number;
  readonly mostMs: number;
  /** From when it was put: then it is a dead letter. */
  readonly giveUpAfterMs: number;
}

/** `attempts`: that have failed, this one included. `random`: from 0 to 1. */
export function backOff({ firstMs, mostMs }: Retry, attempts: number, random: number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}
