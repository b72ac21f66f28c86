/** The config of a locker as boxes had them before: one tree, its parent mounted. */
import { TARGETS } from '../../../domain/model/targets';
import type { ConfigFacts } from '../../../domain/adopt/wanted-config';

export const TREE = '/srv/lockers/Locker';

/** As written by hand; `more` at its end. */
export function oldConfig(name = 'l01', more: readonly string[] = []): string {
  return [
    `lxc.uts.name = ${name}`,
    `lxc.rootfs.path = dir:/var/lib/lxc/${name}/rootfs`,
    '# all of it, so that a git pull reaches everybody',
    'lxc.mount.entry = /srv/lockers srv/lockers none bind,rw,create=dir 0 0',
    'lxc.mount.entry = /usr usr none bind,ro,create=dir,optional 0 0',
    `lxc.init.cmd = /usr/bin/node ${TREE}/locker.js`,
    `lxc.environment = LOCKER_ME=/srv/lockers/Me/${name}`,
    'lxc.start.auto = 1',
    ...more,
    '',
  ].join('\n');
}

export function oldFacts(overrides: Partial<ConfigFacts> = {}, text = oldConfig()): ConfigFacts {
  return {
    source: { file: '/var/lib/lxc/l01/config', text, includes: {}, fstabs: {} },
    old: { code: TREE, config: '/srv/lockers/Config/l01', me: '/srv/lockers/Me/l01' },
    wanted: {
      code: '/var/locker/lockers/l01/current/code',
      config: '/var/locker/lockers/l01/current/config',
      me: '/var/Locker/Me/l01',
    },
    targets: TARGETS,
    real: {},
    entries: { '/srv/lockers': ['Config', 'Locker', 'Me'].map((name) => ({ name, folder: true })) },
    known: [TREE, ...['l01', 'l02'].flatMap((name) => [`/srv/lockers/Config/${name}`, `/srv/lockers/Me/${name}`])],
    rest: null,
    handled: [15],
    ends: null,
    ...overrides,
  };
}
