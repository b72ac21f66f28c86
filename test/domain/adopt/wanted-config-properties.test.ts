import { array, assert, constantFrom, pre, property, tuple } from 'fast-check';
import { within } from '../../../domain/adopt/below';
import { settingsIn } from '../../../domain/adopt/lxc-config';
import { mountsOf, rootfsOf } from '../../../domain/adopt/mounts';
import { wantedConfig } from '../../../domain/adopt/wanted-config';
import { oldFacts } from './old-locker';

const path = array(constantFrom('srv', 'lockers', 'Locker', 'Me', 'Config', 'l01', 'opt', 'lib'), {
  minLength: 1,
  maxLength: 4,
});
const bind = tuple(path, path, constantFrom('bind', 'rbind,ro', 'bind,create=dir')).map(
  ([source, target, how]) => `/${source.join('/')} ${target.join('/')} none ${how} 0 0`,
);
const from = constantFrom('own', 'included', 'fstab');
const lines = array(tuple(bind, from), { maxLength: 8 });

const INCLUDED = '/etc/lxc/all.conf';
const FSTAB = '/etc/lxc/fstab';

const entries = (all: readonly string[]) => all.map((line) => `lxc.mount.entry = ${line}`);

function sourceOf(mounts: readonly (readonly [string, string])[]) {
  const of = (where: string) => mounts.filter(([, place]) => place === where).map(([line]) => line);
  const own = [
    'lxc.rootfs.path = dir:/var/lib/lxc/l01/rootfs',
    `lxc.include = ${INCLUDED}`,
    ...entries(of('own')),
    `lxc.mount.fstab = ${FSTAB}`,
  ];
  return {
    file: '/var/lib/lxc/l01/config',
    text: `${own.join('\n')}\n`,
    includes: { [INCLUDED]: [{ file: INCLUDED, text: `${entries(of('included')).join('\n')}\n` }] },
    fstabs: { [FSTAB]: `${of('fstab').join('\n')}\n`, '/dev/null': '' },
  };
}

test('whatever was mounted from where: adopted without a problem, exactly the wanted three are code, config and data, and nothing shows the old ones', () => {
  assert(
    property(lines, (mounts) => {
      const source = sourceOf([['/srv/lockers srv/lockers none bind 0 0', 'own'], ...mounts]);
      const facts = oldFacts({ source, rest: 'keep', entries: {} });
      const wanted = wantedConfig(facts);
      pre(wanted.problems.length === 0);
      const after = { ...source, text: wanted.text };
      const settings = settingsIn(after);
      const now = mountsOf(after, settings);
      const shown = (target: string) => now.findLast((mount) => mount.target === target)?.source;
      expect([shown('/code'), shown('/Config'), shown('/Me')]).toEqual([facts.wanted.code, facts.wanted.config, facts.wanted.me]);
      for (const mount of now.filter((one) => one.bind)) {
        for (const old of Object.values(facts.old)) expect(within(mount.source, old)).toBe(false);
        expect(within(facts.old.code, mount.source)).toBe(false);
      }
      expect(rootfsOf(settings)).toBe('/var/lib/lxc/l01/rootfs');
    }),
  );
});

test('a part of the old code that is mounted where the config will be is named, and never hides it', () => {
  const part = '/srv/lockers/Locker/srv Config none bind 0 0';
  const source = sourceOf([
    ['/srv/lockers srv/lockers none bind 0 0', 'own'],
    [part, 'own'],
  ]);
  const { problems } = wantedConfig(oldFacts({ source, rest: 'keep', entries: {} }));
  expect(problems).toMatchObject([{ code: 'unknown-mount', detail: expect.stringContaining(part) as string }]);
});

test('the old code does not stay visible where the config will be', () => {
  const source = sourceOf([
    ['/srv/lockers srv/lockers none bind 0 0', 'own'],
    ['/srv/lockers/Locker Config none bind 0 0', 'own'],
  ]);
  const facts = oldFacts({ source, rest: 'keep', entries: {} });
  const { text, problems } = wantedConfig(facts);
  const after = { ...source, text };
  expect(problems).toEqual([]);
  expect(mountsOf(after, settingsIn(after)).findLast(({ target }) => target === '/Config')?.source).toBe(facts.wanted.config);
});
