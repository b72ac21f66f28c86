/** What lockers, LXC and the disk do of their own. */
import type { LockerName } from '../../../domain/model/ids';
import type { Command, Mischief } from './commands';
import type { ModelLocker } from './lockers';
import type { World } from './world';

const HABITS: { readonly [M in Exclude<Mischief, 'dies' | 'freezes'>]: Partial<ModelLocker> } = {
  'ends-at-once': { endsAfterMs: 0 },
  'ends-slowly': { endsAfterMs: 900 },
  'never-ends': { endsAfterMs: Number.POSITIVE_INFINITY },
  'start-runs': { onStart: 'runs', bootMs: 0 },
  'start-is-slow': { onStart: 'runs', bootMs: 700 },
  'start-crashes': { onStart: 'crashes' },
  'start-fails': { onStart: 'fails' },
  sick: { healthy: false },
  well: { healthy: true },
  busy: { idle: false },
  idle: { idle: true },
  deaf: { deaf: true },
  hears: { deaf: false },
};

type Doing = Extract<Command, { kind: 'mischief' | 'lxc-fails' | 'lxc-slow' | 'disk-full' | 'disk-free' }>;

export function makeMischief({ lockers, disk }: World): (command: Doing, name: LockerName) => void {
  const mischief = (it: ModelLocker, what: Mischief) => {
    if (what === 'dies') lockers.end(it.name);
    else if (what !== 'freezes') Object.assign(it, HABITS[what]);
    else if (it.state === 'running') it.state = 'frozen';
  };
  return (command, name) => {
    const it = lockers.named(name);
    switch (command.kind) {
      case 'mischief':
        return mischief(it, command.what);
      case 'lxc-fails':
        it.lxcFails = command.times;
        return;
      case 'lxc-slow':
        it.lxcSlowMs = command.ms;
        return;
      case 'disk-full':
        return disk.fill(command.spare);
      case 'disk-free':
        return disk.free();
    }
  };
}
