/** `lockstep uninstall-box --box lxc12 --as admin@host`: takes back what install-box changed there. */
import { EXIT } from '../exit-codes';
import { uninstallFlow } from '../install/uninstall-flow';
import type { UninstallOptions } from '../install/uninstall-flow';
import { sharedFlags } from '../plan-flags';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

export const uninstallBoxVerb = sessionVerb<UninstallOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--as <user@host>', "the admin's login on the host, root or with sudo (default: root at the box's ssh host)")
      .option('--identity <file>', "the admin's private key (default: as ssh would choose)")
      .option('--force', 'even while a rollout holds the box or a locker is owed')
      .option('--dry-run', 'show every change, and make none')
      .option('--yes', 'make the changes without asking'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => uninstallFlow(session, options));
    if (code === null) session.progress('\nLeft; run it again to go on from there.');
    return code ?? EXIT.detached;
  },
});
