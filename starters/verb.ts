/** One verb of `lockstep`: its flags and what it does. Loaded only when it is asked for. */
import type { Command } from 'commander';
import type { Io } from './io';
import { openSession } from './session';
import type { Session, SharedOptions } from './session';

export interface Verb {
  flags(command: Command): Command;
  run(options: never, io: Io): Promise<number>;
}

interface SessionVerb<O extends SharedOptions> {
  flags(command: Command): Command;
  run(session: Session, options: O): Promise<number>;
}

/** Most verbs: a session for their time, closed at the end. */
export function sessionVerb<O extends SharedOptions>(verb: SessionVerb<O>): Verb {
  return {
    flags: (command) => verb.flags(command),
    run: async (options: O, io: Io) => {
      const session = await openSession(options, io);
      try {
        return await verb.run(session, options);
      } finally {
        await session.close();
      }
    },
  };
}
