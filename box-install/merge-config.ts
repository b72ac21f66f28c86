/** box.json: what flags say, over what is there already (a person may have changed it), over what is usual. Pure. */
import type { BoxConfig } from '../domain/protocol/box-config';
import type { AskedConfig } from './wanted';

const USUAL = {
  root: '/var/locker',
  data: '/var/Locker/Me',
  lockerPattern: '[a-z0-9-]+',
  socket: '/run/lockstep/lockerd.sock',
  log: '/var/log/lockstep/lockerd.log',
} as const;

/** As Debian's packages have them. */
const CONTAINERS: Readonly<Record<BoxConfig['kind'], string>> = {
  lxc: '/var/lib/lxc',
  lxd: '/var/lib/lxd/containers',
  incus: '/var/lib/incus/containers',
  process: '/var/lib/lxc',
};

export type Merged = Readonly<Record<string, unknown>> & {
  readonly [K in keyof typeof USUAL | 'lxcPath']: string;
} & { readonly kind: BoxConfig['kind'] };

export function mergeConfig(installed: Readonly<Record<string, unknown>> | null, asked: AskedConfig): Merged {
  const before = (installed?.['kind'] ?? 'lxc') as BoxConfig['kind'];
  const kind = asked.kind ?? before;
  const lxcPath = CONTAINERS[kind];
  // Where those of another kind were says nothing of these.
  return { ...USUAL, lxcPath, ...installed, ...(kind === before ? {} : { lxcPath }), ...asked, kind };
}
