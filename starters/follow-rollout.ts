/**
 * Shows a rollout until it ends, until a person must act (away from a terminal) or until Ctrl-C.
 * It only looks: leaving it changes nothing.
 */
import type { RolloutStatus } from '../domain/model/status';
import { EXIT, exitOfState, waitsForPerson } from './exit-codes';
import { follow } from './operations/follow';
import type { Door } from './operations/door';
import { rolloutView } from './rollout-view';
import type { Session } from './session';

export async function followRollout(session: Session, door: Door): Promise<number> {
  const { io, box, json } = session;
  const terminal = io.stdout.isTTY === true && !json;
  const view = rolloutView(session);
  try {
    for await (const seen of follow(door, box, io.interrupted)) {
      if (io.interrupted.aborted) break;
      if (seen.kind === 'silent') view.silent(seen.fault);
      else if (seen.kind === 'finished') {
        view.finished(seen);
        return exitOfState(seen.state);
      } else {
        view.status(seen);
        if (!terminal && waitsForPerson(seen.state)) return leave(session, seen);
      }
    }
  } finally {
    view.close();
  }
  session.progress(`\nDetached; the rollout goes on. Come back with: npm run lockstep -- watch --box ${box}`);
  return EXIT.detached;
}

function leave(session: Session, { state, box, asks }: RolloutStatus): number {
  session.progress(`The rollout on ${box} is ${state.replaceAll('-', ' ')}. ${asks ?? ''}`.trimEnd());
  session.progress(`Follow it again with: npm run lockstep -- watch --box ${box}`);
  return EXIT.waiting;
}
