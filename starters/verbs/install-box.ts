/** `lockstep install-box --box lxc12 --as root@host`: the one verb, beside doctor, that dials the box itself. */
import { EXIT } from '../exit-codes';
import { installRequest } from '../install-request';
import type { InstallOptions } from '../install-request';
import { installBox } from '../../activities/adapters/ssh/install-box';
import { printObject } from '../io';
import { sharedFlags } from '../plan-flags';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

export const installBoxVerb = sessionVerb<InstallOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--as <user@host>', "the admin's login on the host (default: root at the box's ssh host)")
      .option('--identity <file>', "the admin's private key (default: as ssh would choose)")
      .option('--public-key <file>', 'the key that rollouts show (default: .pub beside the identity file of the box)')
      .option('--root <path>', 'where releases and state are kept', '/var/locker')
      .option('--data <path>', "the owners' data, one folder a locker", '/var/Locker/Me')
      .option('--lxc-path <path>', "LXC's own path", '/var/lib/lxc')
      .option('--locker-pattern <regexp>', 'which containers are lockers', '[a-z0-9-]+')
      .option('--node <path>', 'Node on the box', '/usr/bin/node'),
  run: async (session, options) => {
    const request = await installRequest(session, options);
    const onStep = ({ text, changed }: { text: string; changed: boolean }) => session.progress(`${changed ? '+' : ' '} ${text}`);
    const done = await unlessInterrupted(session.io.interrupted, () => installBox({ ...request, onStep }));
    if (done === null) {
      session.progress('\nLeft; run it again to go on from there.');
      return EXIT.detached;
    }
    const { box, io, json } = session;
    if (json) printObject(io, { kind: 'installed', box, changed: done.changed });
    else io.stdout.write(`${box}: ${done.changed ? 'installed' : 'nothing to do'}\n`);
    return EXIT.done;
  },
});
