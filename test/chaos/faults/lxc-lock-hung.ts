import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lxcLocks } from '../../../sandbox/power-off';
import type { FaultKind } from '../contract';
import { pickLocker } from './locker-processes';

const HUNG_FOR_MS = 25_000;
/** Much longer than any run needs it: it must not outlive a harness that was killed. */
const AT_MOST_S = 120;
/** Node has no fcntl(2), and LXC does not heed flock(2). A `struct flock` of 64-bit Linux, over the whole file. */
const HOLD = [
  'use Fcntl;',
  'my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);',
  'open(F, "+>>", $ARGV[0]) or die $!;',
  'fcntl(F, F_SETLKW, $lock) or die $!;',
  `print "held\\n"; close(STDOUT); sleep ${AT_MOST_S};`,
].join(' ');

export const lxcLockHung: FaultKind = {
  name: 'lxc-lock-hung',
  group: 'locker',
  about: "somebody holds LXC's lock of a locker, so that every lxc command on it hangs, for up to 25 s",
  ends: ['succeeded', 'completed-with-exceptions'],
  strike: async (world) => {
    const locker = await pickLocker(world);
    const files = lxcLocks(await world.box()).map((folder) => join(folder, `.${locker}`));
    const file = files.find((one) => existsSync(one));
    if (file === undefined) return { what: `${locker} has no lock`, missed: true };
    const mend = await hold(file);
    world.onClose(mend);
    const mendAfterMs = world.random.number(HUNG_FOR_MS);
    return { what: `lock of ${locker} held for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};

async function hold(file: string): Promise<() => Promise<void>> {
  const child = spawn('perl', ['-e', HOLD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  await Promise.race([new Promise((resolve) => void child.stdout.once('data', resolve)), ended]);
  return () => {
    child.kill('SIGKILL');
    return ended;
  };
}
