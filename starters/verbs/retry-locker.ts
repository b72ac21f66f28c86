/** `lockstep retry-locker --box lxc12 --locker alice --how wait|kill` */
import { Option } from 'commander';
import type { LockerName } from '../../domain/model/ids';
import { Fault } from '../../domain/faults';
import { didYouMean } from '../../domain/model/near-miss';
import type { Door } from '../operations/door';
import { sendRetryLocker } from '../operations/send';
import { runningStatusOf } from '../operations/status-of';
import { sendVerb } from '../send-verb';
import type { ActOptions } from '../send-verb';

interface RetryOptions extends ActOptions {
  readonly locker: string;
  readonly how: 'wait' | 'kill';
}

export const retryLockerVerb = sendVerb<RetryOptions>({
  flags: (command) =>
    command
      .requiredOption('--locker <name>', 'the locker')
      .addOption(new Option('--how <how>', 'wait for its stop again, or kill it').choices(['wait', 'kill']).default('wait')),
  send: async (door, act, { box, locker, how }) =>
    sendRetryLocker(door, box, { ...act, locker: await knownLocker(door, box, locker), how }),
});

async function knownLocker(door: Door, box: string, name: string): Promise<LockerName> {
  const { lockers } = await runningStatusOf(door, box);
  const found = lockers.find((locker) => locker.name === name);
  if (found) return found.name;
  const known = lockers.map((locker) => locker.name);
  const sentence = `There is no locker ${JSON.stringify(name)} in the rollout on ${box}${didYouMean(name, known)}.`;
  throw new Fault('UnknownLocker', sentence, { evidence: [shortList(known)] });
}

/** A box has hundreds of them; `lockstep status` shows all. */
const SHOWN = 20;

function shortList(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `lockers: ${names.slice(0, SHOWN).join(', ')}${more}`;
}
