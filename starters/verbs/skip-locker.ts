/** `lockstep skip-locker --box lxc12 --locker alice [--reason TEXT]` */
import { knownLocker } from '../known-locker';
import { sendSkipLocker } from '../operations/send';
import { sendVerb } from '../send-verb';
import type { ActOptions } from '../send-verb';

interface SkipOptions extends ActOptions {
  readonly locker: string;
}

export const skipLockerVerb = sendVerb<SkipOptions>({
  flags: (command) => command.requiredOption('--locker <name>', 'one that waits for its turn'),
  send: async (door, act, { box, locker }) => sendSkipLocker(door, box, { ...act, locker: await knownLocker(door, box, locker) }),
});
