/** The command line of `start-rollout`. */
import { EXIT } from './exit-codes';
import type { Io } from './io';
import { planFlags, sharedFlags, wantedOf } from './plan-flags';
import type { StartOptions } from './plan-flags';
import type * as planAndStart from './plan-and-start';
import { newCommand, runCommand, wantsJson } from './run-command';
import { openSession } from './session';
import { unlessInterrupted } from './unless-interrupted';

export async function startRolloutMain(argv: readonly string[], io: Io): Promise<number> {
  return runCommand(argv, io, async () => {
    const command = planFlags(sharedFlags(newCommand('start-rollout', io, wantsJson(argv))))
      .description('Updates the lockers of a box to a release: shows the plan, asks, starts and follows.')
      .option('--dry-run', 'show the plan and start nothing')
      .option('--yes', 'start without asking')
      .option(
        '--supersede',
        'abort the rollout that runs on the box, or take over a lease that was left behind; recorded on the box',
      )
      .option('--reason <text>', 'why, for whoever approves it')
      .option('--detach', 'start and do not follow');
    command.parse(argv, { from: 'user' });
    return startRolloutCommand(command.opts<StartOptions>(), io);
  });
}

async function startRolloutCommand(options: StartOptions, io: Io): Promise<number> {
  const wanted = wantedOf(options);
  const session = await openSession(options, io);
  try {
    const { prepareStart, startAndFollow } = require('./plan-and-start') as typeof planAndStart;
    const prepared = await unlessInterrupted(io.interrupted, () => prepareStart(session, wanted, options));
    if (prepared === null) {
      session.progress('\nNothing was started.');
      return EXIT.detached;
    }
    return prepared.kind === 'exit' ? prepared.code : await startAndFollow(session, prepared, options);
  } finally {
    await session.close();
  }
}
