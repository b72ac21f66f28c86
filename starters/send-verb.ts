/** What the verbs that send a message have in common: say who acts, print the answer. */
import type { Command } from 'commander';
import type { Act } from '../workflows/messages';
import { EXIT } from './exit-codes';
import { printLines, printObject } from './io';
import { actor } from './operations/actor';
import type { Door } from './operations/door';
import { sharedFlags } from './plan-flags';
import { runningDoor } from './running-door';
import type { Session, SharedOptions } from './session';
import { sessionVerb } from './verb';
import type { Verb } from './verb';

export interface ActOptions extends SharedOptions {
  readonly reason?: string;
}

interface SendVerb<O extends ActOptions> {
  readonly flags?: (command: Command) => Command;
  readonly send: (door: Door, act: Act, options: O, session: Session) => Promise<string>;
}

export function sendVerb<O extends ActOptions>({ flags = (command) => command, send }: SendVerb<O>): Verb {
  return sessionVerb<O>({
    flags: (command) => flags(sharedFlags(command)).option('--reason <text>', 'why, for the record'),
    run: async (session, options) => {
      const door = await runningDoor(session);
      const act: Act = { actor: actor(), ...(options.reason === undefined ? {} : { reason: options.reason }) };
      const answer = await send(door, act, options, session);
      if (session.json) printObject(session.io, { kind: 'answer', box: session.box, answer });
      else printLines(session.io.stdout, [`${session.box}: ${answer}`]);
      return EXIT.done;
    },
  });
}
