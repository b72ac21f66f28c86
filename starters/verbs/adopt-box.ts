/** `lockstep adopt-box --box lxc12 --as root@host`: takes over a box whose lockers exist already, or gives it back with --undo. */
import { adoptFlow } from '../adopt/adopt-flow';
import type { AdoptOptions } from '../adopt/adopt-request';
import { EXIT } from '../exit-codes';
import { sharedFlags } from '../plan-flags';
import { unlessInterrupted } from '../unless-interrupted';
import { sessionVerb } from '../verb';

export const adoptBoxVerb = sessionVerb<AdoptOptions>({
  flags: (command) =>
    sharedFlags(command)
      .option('--as <user@host>', "the admin's login on the host (default: root at the box's ssh host)")
      .option('--identity <file>', "the admin's private key (default: as ssh would choose)")
      .option('--code <dir>', 'the checkout that the lockers run now (default: the one they all have mounted)')
      .option(
        '--me <dir>',
        "the owners' data as they lie now, with {locker} for the name (default: as mounted, else found beside the code)",
      )
      .option('--config-files <dir>', "the lockers' settings as they lie now, with {locker} for the name (default: likewise)")
      .option('--rest <what>', 'what else lies in a mounted parent: keep (mounted one by one) or drop (no longer seen)')
      .option('--build <text>', 'what the old code answers as its build (default: what a locker that runs it answers)')
      .option('--only <names>', 'just these lockers, such as l01,l02')
      .option('--undo', 'take it back, for all that was not restarted since')
      .option('--dry-run', 'show the difference, and change nothing')
      .option('--yes', 'do it without asking'),
  run: async (session, options) => {
    const code = await unlessInterrupted(session.io.interrupted, () => adoptFlow(session, options));
    if (code === null) session.progress('\nLeft; what was begun on the box comes to its end there. Run it again to see.');
    return code ?? EXIT.detached;
  },
});
