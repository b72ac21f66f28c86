/** `lockstep install-box --box lxc12 --as admin@host`: one of the verbs that dial the box itself. */
import { EXIT } from '../exit-codes';
import { installFlow } from '../install/install-flow';
import type { InstallOptions } from '../install/install-request';
import { sharedFlags } from '../plan-flags';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

export const installBoxVerb = sessionVerb<InstallOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--as <user@host>', "the admin's login on the host, root or with sudo (default: root at the box's ssh host)")
      .option('--identity <file>', "the admin's private key (default: as ssh would choose)")
      .option('--public-key <file>', 'the key that rollouts show (default: .pub beside the identity file of the box)')
      .option('--root <path>', 'where releases and state are kept (default: as it is, else /var/locker)')
      .option('--data <path>', "the owners' data, one folder a locker (default: as it is, else /var/Locker/Me)")
      .option('--containers <kind>', 'whose the containers are: lxc, lxd or incus (default: as it is, else lxc)')
      .option(
        '--lxc-path <path>',
        "LXC's own path (default: as it is, else /var/lib/lxc; of lxd and incus their folder `containers`)",
      )
      .option('--locker-pattern <regexp>', 'which containers are lockers (default: as it is, else [a-z0-9-]+)')
      .option('--node <path>', 'Node on the box', '/usr/bin/node')
      .option('--boot <how>', 'what starts lockerd at boot: systemd, init.d, cron, none (default: what the host has)')
      .option('--dry-run', 'show every change, and make none')
      .option('--yes', 'make the changes without asking'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => installFlow(session, options));
    if (code === null) session.progress('\nLeft; run it again to go on from there.');
    return code ?? EXIT.detached;
  },
});
