/** `--locker`, as the verbs take it that add or remove one. */
import type { Command } from 'commander';
import { Fault } from '../domain/faults';
import { LockerName } from '../domain/model/ids';
import { sharedFlags } from './plan-flags';
import type { ActOptions } from './send-verb';

export interface LockerOptions extends ActOptions {
  readonly locker: string;
}

export const lockerFlags = (command: Command): Command =>
  sharedFlags(command).requiredOption('--locker <name>', 'the locker').option('--reason <text>', 'why, for the record');

/** Fault: UnknownLocker, before anything is started. */
export function lockerNamed(text: string): LockerName {
  const parsed = LockerName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Fault('UnknownLocker', `${JSON.stringify(text)} can not be a locker: ${parsed.error.issues[0]?.message}.`, {
    cure: 'Mend --locker.',
  });
}
