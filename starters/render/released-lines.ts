/** What a release of a box did: who held it, and what was brought up. */
import type { Released } from '../../workflows/messages';
import type { BoxLook } from '../../activities/contract';

type Lease = NonNullable<BoxLook['lease']>;

/** Who held the box, since when, in one line. */
export const heldText = ({ holder, by, since }: Lease): string => `held by ${holder} (${by}) since ${since}`;

export function releasedLines(box: string, { lease, broughtUp, stillDown }: Released): string[] {
  return [
    lease === null ? `${box} was free` : `${box} is free now; it was ${heldText(lease)}`,
    ...(broughtUp.length === 0 ? [] : [`  brought up: ${broughtUp.join(', ')}`]),
    ...(stillDown.length === 0
      ? []
      : [`  still down: ${stillDown.join(', ')}; lockerd goes on trying, \`lockerctl status\` says why`]),
  ];
}
