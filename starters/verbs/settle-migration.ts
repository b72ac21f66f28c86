/** `lockstep settle-migration --box lxc12 --migration ID --as done|not-done [--locker NAME]`: says what became of one that nobody knows about. */
import { Fault } from '../../domain/faults';
import { LockerName } from '../../domain/model/ids';
import { MigrationId } from '../../domain/model/migration';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { actor } from '../operations/actor';
import { settleMigration } from '../operations/settle-migration';
import { sharedFlags } from '../plan-flags';
import type { SharedOptions } from '../session';
import { sessionVerb } from '../verb';
import { Option } from 'commander';
import { WHOLE_BOX } from '../../domain/model/migration';

interface SettleOptions extends SharedOptions {
  readonly migration: string;
  readonly as: 'done' | 'not-done';
  readonly locker?: string;
}

export const settleMigrationVerb = sessionVerb<SettleOptions>({
  flags: (command) =>
    sharedFlags(command)
      .requiredOption('--migration <id>', 'the one that is undecided, as status names it')
      .addOption(
        new Option('--as <what>', 'what its data show: it may run again only where it is not done')
          .choices(['done', 'not-done'])
          .makeOptionMandatory(),
      )
      .option('--locker <name>', 'of that locker only'),
  run: async (session, { migration, as, locker }) => {
    const { box, json, io } = session;
    check(migration, locker);
    const door = await session.open('fresh');
    const settled = await settleMigration(door, {
      box,
      migration,
      as,
      locker: (locker ?? null) as LockerName | null,
      by: actor(),
    });
    if (json) printObject(io, { kind: 'settled', box, migration, as, scopes: settled });
    else printLines(io.stdout, linesOf(box, { migration, as }, settled));
    return EXIT.done;
  },
});

/** So that a slip of the pen is told here, and not by the box. */
function check(migration: string, locker: string | undefined): void {
  if (!MigrationId.safeParse(migration).success) throw wrong(`${JSON.stringify(migration)} can not be a migration.`);
  if (locker !== undefined && !LockerName.safeParse(locker).success)
    throw wrong(`${JSON.stringify(locker)} can not be a locker.`);
}

const wrong = (sentence: string): Fault =>
  new Fault('MigrationUndecided', sentence, { cure: 'Name it as `lockstep status` does.' });

function linesOf(box: string, { migration, as }: Pick<SettleOptions, 'migration' | 'as'>, settled: readonly string[]): string[] {
  if (settled.length === 0) return [`${box}: nothing to settle; no run of ${migration} is undecided there`];
  const where = settled.map((scope) => (scope === WHOLE_BOX ? 'the box' : scope)).join(', ');
  const ofLocker = settled.find((scope) => scope !== WHOLE_BOX);
  const go = ofLocker === undefined ? `resume --box ${box}` : `retry-locker --box ${box} --locker ${ofLocker}`;
  return [
    `${box}: migration ${migration} is settled as ${as} for ${where}`,
    `If its rollout waits for that: npm run lockstep -- ${go}`,
  ];
}
