/** `lockstep check --box lxc12 [--locker l01] [--full]`: the service's checks alone, as the last stage left them on the box. */
import { longest } from '../../domain/plan/plan-checks';
import { serviceConfigOf } from '../../domain/model/service-of';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { lockerNamed } from '../locker-flag';
import { checkBox } from '../operations/check';
import { sharedFlags } from '../plan-flags';
import { checkLines, worstOf } from '../render/check-lines';
import { paintFor } from '../render/paint';
import type { Session, SharedOptions } from '../session';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

interface CheckOptions extends SharedOptions {
  readonly locker?: string;
  readonly full?: boolean;
}

const EXITS = { pass: EXIT.done, fail: EXIT.failed, inconclusive: EXIT.exceptions } as const;

export const checkVerb = sessionVerb<CheckOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--locker <name>', 'this one alone; else all that run')
      .option('--full', 'the full set, with the fast one in it'),
  run: async (session, options) =>
    (await unlessInterrupted(session.io.interrupted, () => check(session, options))) ?? EXIT.detached,
});

async function check(session: Session, { locker, full = false }: CheckOptions): Promise<number> {
  const { box, json, io } = session;
  const set = full ? 'full' : 'fast';
  const lockers = locker === undefined ? null : [lockerNamed(locker)];
  const { checks } = serviceConfigOf(session.fleet, box);
  const longestMs = longest([...(checks?.fast ?? []), ...(full ? (checks?.full ?? []) : [])]);
  const door = await session.open('fresh');
  session.progress(`asking the ${set} checks of ${locker ?? `the lockers of ${box}`}`);
  const answer = await checkBox(door, { box, lockers, set, longestMs });
  const worst = worstOf(answer.lockers.flatMap((one) => one.checks.map(({ outcome }) => outcome)));
  if (json) printObject(io, { kind: 'checked', box, set, outcome: worst, ...answer });
  else printLines(io.stdout, answer.configured ? checkLines(box, answer, paintFor(io.stdout, io.env)) : [none(session, set)]);
  return EXITS[worst];
}

function none({ box, boxInput }: Session, set: string): string {
  return `${box}: the last stage left no ${set} checks there; those of the service ${boxInput.service} in the fleet file get there with the next rollout`;
}
