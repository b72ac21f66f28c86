/** box.json: what flags say, over what is there already (a person may have changed it), over what is usual. Pure. */
import type { AskedConfig } from './wanted';

const USUAL = {
  root: '/var/locker',
  data: '/var/Locker/Me',
  lxcPath: '/var/lib/lxc',
  lockerPattern: '[a-z0-9-]+',
  socket: '/run/lockstep/lockerd.sock',
  log: '/var/log/lockstep/lockerd.log',
} as const;

export type Merged = Readonly<Record<string, unknown>> & { readonly [K in keyof typeof USUAL]: string };

export function mergeConfig(installed: Readonly<Record<string, unknown>> | null, asked: AskedConfig): Merged {
  return { ...USUAL, ...installed, ...asked };
}
