/** `lockstep retry-locker --box lxc12 --locker alice [--how wait|kill]`: one that is stuck half way, or ended badly */
import { Option } from 'commander';
import { knownLocker } from '../known-locker';
import { sendRetryLocker } from '../operations/send';
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
      .addOption(
        new Option('--how <how>', 'one that hangs in its stop: wait again, or kill it').choices(['wait', 'kill']).default('wait'),
      ),
  send: async (door, act, { box, locker, how }) =>
    sendRetryLocker(door, box, { ...act, locker: await knownLocker(door, box, locker), how }),
});
