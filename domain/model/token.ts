/** Builds tokens (see ids.ts). Free of zod, so that workflow code may call it. */
import type { BoxName, LockerName, Step, Token } from './ids';

export interface TokenParts {
  /** A rollout's id, or `local:<user>` for a script on the box. */
  readonly rollout: string;
  readonly box: BoxName;
  /** Left out for requests on the whole box. */
  readonly locker?: LockerName;
  readonly cycle?: number;
  readonly step: Step;
}

/** Whose request it is; null: the whole box's. */
export function lockerOf(token: Token): LockerName | null {
  const locker = token.split('/')[2];
  return locker === undefined || locker === '-' ? null : (locker as LockerName);
}

export function makeToken({ rollout, box, locker, cycle, step }: TokenParts): Token {
  return `${rollout}/${box}/${locker ?? '-'}/${cycle ?? 0}/${step}` as Token;
}
