/** What adding or removing a locker came to, and what is left to do by hand. */
import type { LockerName } from '../../domain/model/ids';
import type { LockerChanged } from '../../workflows/messages';
import type { Session } from '../session';

type Place = Pick<Session, 'box' | 'boxInput'>;

type Lines = { readonly [K in LockerChanged['kind']]: (changed: Extract<LockerChanged, { kind: K }>, at: At) => string[] };

interface At {
  readonly box: string;
  readonly locker: LockerName;
  /** The fleet file has a section for it. */
  readonly own: boolean;
}

const LINES: Lines = {
  added: ({ release, newData }, { box, locker, own }) => [
    `${locker} runs on ${box}: ${release}${newData ? '' : ', with the data that were there'}`,
    // The fleet file lists no lockers: a box runs those that it has.
    ...(own ? [] : [`  fleet.yaml needs no line for it; values of its own go under boxes.${box}.lockers.${locker}.values`]),
  ],
  'added-unproven': ({ release, evidence }, { box, locker }) => [
    `${locker} was added to ${box} on ${release} and was not proven to serve:`,
    ...evidence.map((line) => `    ${line}`),
    `  lockerd goes on starting it; \`lockstep remove-locker --box ${box} --locker ${locker}\` takes it away again`,
  ],
  removed: ({ data }, { box, locker, own }) => [
    `${locker} is gone from ${box}`,
    ...(data === null ? [] : [`  its data are kept: ${data}`]),
    ...(own ? [`  remove boxes.${box}.lockers.${locker} from fleet.yaml too`] : []),
  ],
  'still-running': ({ evidence }, { box, locker }) => [
    `${locker} did not end in time, and the stop policy of ${box} is to hold: nothing was removed`,
    ...evidence.map((line) => `    ${line}`),
    '  run the same again to go on waiting for it',
  ],
};

export function lockerLines({ box, boxInput }: Place, locker: LockerName, changed: LockerChanged): string[] {
  const own = boxInput.lockers[locker] !== undefined;
  return (LINES[changed.kind] as (changed: LockerChanged, at: At) => string[])(changed, { box, locker, own });
}
