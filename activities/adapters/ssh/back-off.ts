/** Waits between dials: doubling to 5 s, the upper half random, so that many workers do not knock at once (sshd's MaxStartups). */
const FIRST_MS = 200;
const MOST_MS = 5_000;

/** `attempt` counts from 0; `random` in [0, 1). */
export function backOffMs(attempt: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(whole / 2 + (whole / 2) * random);
}
