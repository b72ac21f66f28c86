/** What an instance would become of a text, and why it can not. Looks at no more than its root file system. */
import { existsSync } from 'node:fs';
import type { AdoptProblem } from '../../../domain/adopt/adoption';
import { allOf, settingsIn } from '../../../domain/adopt/lxc-config';
import type { LxcSetting } from '../../../domain/adopt/lxc-config';
import type { Wanted } from '../configuration';
import { differenceOf, fromLxcWords, lostOptions } from './from-lxc-words';
import { inLxcWords, PROFILES } from './in-lxc-words';
import type { Texts } from './in-lxc-words';
import type { Instance } from './instance';

export function asWritten(instance: Instance, rootfs: string, wanted: Wanted): Wanted {
  const part = fromLxcWords(instance, wanted.text);
  const after = inLxcWords({ ...instance, ...part }, rootfs);
  const before = inLxcWords(instance, rootfs);
  const again = inLxcWords({ ...instance, ...fromLxcWords(instance, after.own) }, rootfs);
  const ambiguous =
    again.own === after.own ? [] : ['raw.lxc of the instance or a profile has mounts that a device can not replace'];
  const unsaid = unsaidIn({ ...before, own: wanted.text }, after);
  const problems = [
    ...wanted.problems,
    ...runs(instance),
    ...rootNotSeen(rootfs),
    ...[...lostOptions(instance, part), ...unsaid, ...ambiguous].map(notSaid),
  ];
  return { text: after.own, difference: differenceOf(instance, part), problems };
}

const runs = ({ name, status }: Instance): AdoptProblem[] =>
  status === 'Stopped'
    ? []
    : [
        {
          code: 'runs-now',
          detail: `it is ${status.toLowerCase()}, and what changes of its mounts would change under its processes at once`,
          cure: `On the box: \`lockerctl stop ${name}\`; then adopt-box again; then \`lockerctl start ${name}\`.`,
        },
      ];

/** Of a pool that mounts it for a start alone: its init, and so its halt signal, can not be told. */
const rootNotSeen = (rootfs: string): AdoptProblem[] =>
  existsSync(rootfs)
    ? []
    : [
        {
          code: 'config-unreadable',
          detail: `its root file system is not at ${rootfs} while it is stopped, so its init is not known`,
          cure: 'Lockstep adopts instances of a storage pool of type dir. Move it: lxc move NAME --storage POOL.',
        },
      ];

const notSaid = (detail: string): AdoptProblem => ({
  code: 'unknown-mount',
  detail: `${detail}: that would be lost`,
  cure: 'Take it out of the instance or its profile, or mount that folder in another way.',
});

/** Each setting of the one that the other lacks, and the other way round. */
function unsaidIn(wanted: Texts, after: Texts): string[] {
  const [said, told] = [effective(wanted), effective(after)];
  return [...said.filter((line) => !told.includes(line)), ...told.filter((line) => !said.includes(line))];
}

const LISTS = ['lxc.mount.entry', 'lxc.environment'];

function effective({ own, profiles }: Texts): string[] {
  const settings = settingsIn({ file: '', text: own, includes: { [PROFILES]: [{ file: '', text: profiles }] }, fstabs: {} });
  const keys = [...new Set(settings.map(({ key }) => key))];
  const counting = keys.flatMap((key) => (LISTS.includes(key) ? allOf(settings, key) : allOf(settings, key).slice(-1)));
  return counting.map(plainly);
}

/** LXD makes the place of a mount by itself, whatever it is. */
const plainly = ({ key, value }: LxcSetting): string => `${key} = ${value.replace(/,create=(?:dir|file)/, '')}`;
