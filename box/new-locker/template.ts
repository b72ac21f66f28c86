/**
 * What new lockers of this box are made from: a folder with a `config` for LXC and, where lockers have
 * such, a `rootfs` and a `me` (what an owner begins with; its user and mode are the ones it gets).
 */
import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { Values } from '../../domain/model/service';
import { configTexts } from '../containers/config-texts';
import type { BoxContext } from '../context';
import { nextAddresses } from './next-address';
import type { Addresses } from './next-address';
import { renderTemplate } from './render-template';

type Place = Pick<BoxContext, 'paths' | 'config'>;

export async function newConfig({ paths, config }: Place, locker: LockerName, values: Values): Promise<string> {
  const file = join(paths.lockerTemplate, 'config');
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Fault('BoxUnfit', `${config.box} has no template for lockers.`, {
      evidence: [error.message],
      cure: `Write ${file}: the config of one locker, with {{locker}}, {{rootfs}}, {{current}}, {{me}}, {{nextAddress}} and {{nextMac}} in place of its own.`,
    });
  });
  const own = {
    ...(await freeAddresses({ paths, config })),
    locker,
    box: config.box,
    rootfs: join(dirname(paths.lxcConfig(locker)), 'rootfs'),
    current: paths.current(locker),
    me: paths.me(locker),
  };
  return renderTemplate({ file, text }, { ...values, ...own });
}

/** What nobody needs to write for a box whose lockers have fixed addresses of one network. */
async function freeAddresses(box: Place): Promise<Addresses | null> {
  return nextAddresses(await configTexts(box));
}

/** null: the template has none. */
export async function partOf({ paths }: Place, name: 'rootfs' | 'me'): Promise<string | null> {
  const path = join(paths.lockerTemplate, name);
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() ? path : null;
}
