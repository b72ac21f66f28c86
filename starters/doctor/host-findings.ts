/** What only a login with rights can see. Pure. */
import type { HostFacts } from '../../box-install/wanted';
import { checkInodes } from './check-figures';
import { fail, ok, skip, warn } from './finding';
import type { Finding } from './finding';

const NAMES = ['git', 'flock', 'inodes', 'boot hook', 'record'] as const;

export const unseenHost = (why: string): Finding[] => NAMES.map((name) => skip(name, why));

export function hostFindings(facts: HostFacts, box: string): Finding[] {
  const install = `npm run lockstep -- install-box --box ${box}`;
  return [
    facts.git === null ? fail('git', 'not there', 'Install the Debian package git on the box.') : ok('git', facts.git),
    facts.flock ? ok('flock', 'there') : fail('flock', 'not there', 'Install the Debian package util-linux on the box.'),
    checkInodes(facts.disk.freeInodesPercent),
    facts.hooks.length > 0
      ? ok('boot hook', facts.hooks.join(', '))
      : warn('boot hook', 'nothing starts lockerd at boot, so no locker comes up', install),
    facts.recorded
      ? ok('record', 'of what install-box changed, there')
      : warn(
          'record',
          'none of what install-box changed: uninstall-box can take nothing back',
          'Installed by hand, or by an older version.',
        ),
  ];
}
