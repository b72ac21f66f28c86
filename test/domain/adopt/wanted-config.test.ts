import { wantedConfig } from '../../../domain/adopt/wanted-config';
import { oldConfig, oldFacts, TREE } from './old-locker';

const CODE = '+ lxc.mount.entry = /var/locker/lockers/l01/current/code';
const ME = '+ lxc.mount.entry = /var/Locker/Me/l01';

test('the mounted parent makes way for code, config and data, each at the new place and at its old one', () => {
  const { difference, problems } = wantedConfig(oldFacts());
  expect(problems).toEqual([]);
  expect(difference).toEqual([
    '- lxc.start.auto = 1',
    '- lxc.mount.entry = /srv/lockers srv/lockers none bind,rw,create=dir 0 0',
    '+ lxc.signal.halt = SIGTERM',
    '+ lxc.start.auto = 0',
    `${CODE} code none bind,ro,create=dir 0 0`,
    '+ lxc.mount.entry = /var/locker/lockers/l01/current/config Config none bind,ro,create=dir 0 0',
    `${ME} Me none bind,rw,create=dir 0 0`,
    `${CODE} srv/lockers/Locker none bind,ro,create=dir 0 0`,
    `${ME} srv/lockers/Me/l01 none bind,rw,create=dir 0 0`,
    '+ lxc.mount.entry = /var/locker/lockers/l01/current/config srv/lockers/Config/l01 none bind,ro,create=dir 0 0',
  ]);
});

test('at the places that the service names, which may be the old ones: then nothing is there twice', () => {
  const targets = { code: TREE, config: '/etc/registry', me: '/srv/lockers/Me/l01' };
  const { difference } = wantedConfig(oldFacts({ targets }));
  expect(difference.filter((line) => line.includes('/var/lo') || line.includes('/var/Lo'))).toEqual([
    `${CODE} srv/lockers/Locker none bind,ro,create=dir 0 0`,
    '+ lxc.mount.entry = /var/locker/lockers/l01/current/config etc/registry none bind,ro,create=dir 0 0',
    `${ME} srv/lockers/Me/l01 none bind,rw,create=dir 0 0`,
    '+ lxc.mount.entry = /var/locker/lockers/l01/current/config srv/lockers/Config/l01 none bind,ro,create=dir 0 0',
  ]);
});

test('all that is not touched stays to the letter, comments too', () => {
  const { text } = wantedConfig(oldFacts());
  const untouched = oldConfig()
    .split('\n')
    .filter((line) => line !== '' && !/srv\/lockers srv|start\.auto/.test(line));
  expect(text.split('\n').slice(0, untouched.length)).toEqual(untouched);
});

test('what is wanted already is asked for no second time', () => {
  const text = oldConfig('l01', ['lxc.signal.halt = SIGINT']).replace('start.auto = 1', 'start.auto = 0');
  const { difference } = wantedConfig(oldFacts({ handled: [2] }, text));
  expect(difference.join('\n')).not.toMatch(/signal|auto/);
});

describe('data and config within the code', () => {
  const within = {
    old: { code: TREE, config: `${TREE}/Config`, me: `${TREE}/Me/l01` },
    known: [TREE, `${TREE}/Config`, `${TREE}/Me/l01`],
    entries: { '/srv/lockers': [{ name: 'Locker', folder: true }] },
  };
  const naming = oldConfig('l01', [`lxc.environment = LOCKER_CONFIG=${TREE}/Config/config.json`]).replace(
    'ME=/srv/lockers/Me',
    `ME=${TREE}/Me`,
  );

  test('what names them in the config names the new places, and init stays at the old place of the code', () => {
    const { difference, problems } = wantedConfig(oldFacts(within, naming));
    expect(problems).toEqual([]);
    expect(difference).toContain('+ lxc.environment = LOCKER_ME=/Me');
    expect(difference).toContain('+ lxc.environment = LOCKER_CONFIG=/Config/config.json');
    expect(difference).toContain(`${CODE} srv/lockers/Locker none bind,ro,create=dir 0 0`);
    expect(difference.join('\n')).not.toMatch(/init\.cmd|\+ .*srv\/lockers\/Locker\/Me/);
  });

  test('where nothing names them nobody knows whether the code finds them', () => {
    const { problems } = wantedConfig(oldFacts(within, oldConfig().replace(/lxc\.environment.*\n/, '')));
    expect(problems.map(({ code }) => code)).toEqual(['place-not-named', 'place-not-named']);
  });

  test('a name that only begins alike is none', () => {
    const text = oldConfig().replace(/LOCKER_ME=.*/, `LOCKER_ME=${TREE}/Me/l011`);
    const { problems } = wantedConfig(oldFacts({ ...within, old: { ...within.old, config: '/srv/lockers/Config' } }, text));
    expect(problems.map(({ code }) => code)).toContain('place-not-named');
  });
});

test('what a locker saw at two places stays at both', () => {
  const text = oldConfig('l01', ['lxc.mount.entry = /srv/lockers/Me/l01 home/owner none bind 0 0']);
  const { difference, problems } = wantedConfig(oldFacts({}, text));
  expect(problems).toEqual([]);
  expect(difference).toContain(`${ME} home/owner none bind,rw,create=dir 0 0`);
  expect(difference).toContain(`${ME} srv/lockers/Me/l01 none bind,rw,create=dir 0 0`);
});

test('data within the code that show elsewhere too need no name in the config', () => {
  const old = { code: TREE, config: '/srv/lockers/Config/l01', me: `${TREE}/Me/l01` };
  const text = oldConfig('l01', [`lxc.mount.entry = ${TREE}/Me/l01 Me none bind 0 0`]).replace(/lxc\.environment.*\n/, '');
  const { problems } = wantedConfig(oldFacts({ old }, text));
  expect(problems).toEqual([]);
});

test('of a folder that is mounted elsewhere again, such as a part of the code, the new mount is made of current', () => {
  const text = oldConfig('l01', [`lxc.mount.entry = ${TREE}/Apps apps none bind,ro 0 0`]);
  const { difference } = wantedConfig(oldFacts({}, text));
  expect(difference).toContain(`- lxc.mount.entry = ${TREE}/Apps apps none bind,ro 0 0`);
  expect(difference).toContain(`${CODE}/Apps apps none bind,ro,create=dir 0 0`);
});

describe('what else lies in the mounted parent', () => {
  const entries = {
    '/srv/lockers': [
      { name: 'Locker', folder: true },
      { name: 'Me', folder: true },
      { name: 'logs', folder: true },
      { name: 'motd', folder: false },
    ],
  };

  test('is asked about', () => {
    const { problems } = wantedConfig(oldFacts({ entries }));
    expect(problems).toMatchObject([
      { code: 'unknown-rest', detail: expect.stringContaining('/srv/lockers/logs, /srv/lockers/motd') as string },
    ]);
  });

  test('kept: each is mounted by itself', () => {
    const { difference, problems } = wantedConfig(oldFacts({ entries, rest: 'keep' }));
    expect(problems).toEqual([]);
    expect(difference.slice(-2)).toEqual([
      '+ lxc.mount.entry = /srv/lockers/logs srv/lockers/logs none bind,rw,create=dir 0 0',
      '+ lxc.mount.entry = /srv/lockers/motd srv/lockers/motd none bind,rw,create=file 0 0',
    ]);
  });

  test('dropped: nothing of it is seen any more, other owners’ data neither', () => {
    const { text, problems } = wantedConfig(oldFacts({ entries, rest: 'drop' }));
    expect(problems).toEqual([]);
    expect(text).not.toMatch(/logs|l02/);
  });
});

describe('mounts of an include', () => {
  const include = {
    file: '/etc/lxc/lockers.conf',
    text: 'lxc.mount.entry = /srv/lockers srv/lockers none bind 0 0\nlxc.mount.entry = /opt opt none bind,ro 0 0\n',
  };
  const text = `lxc.include = /etc/lxc/lockers.conf\n${oldConfig().replace(/.*srv\/lockers srv.*\n/, '')}`;
  const source = { file: '/var/lib/lxc/l01/config', text, includes: { '/etc/lxc/lockers.conf': [include] }, fstabs: {} };

  test('are cleared, those that stay are said again, and the include stays as it is', () => {
    const { difference, problems, text: wanted } = wantedConfig(oldFacts({ source }));
    expect(problems).toEqual([]);
    expect(difference).toContain(
      '- lxc.mount.entry = /srv/lockers srv/lockers none bind 0 0   (of /etc/lxc/lockers.conf, which stays)',
    );
    expect(difference).toContain('+ lxc.mount.entry =   (clears those of the includes; the others are said again)');
    expect(difference.join('\n')).not.toMatch(/opt|usr/);
    const [, again = ''] = wanted.split('\nlxc.mount.entry =\n');
    expect(again).toContain('lxc.mount.entry = /opt opt none bind,ro 0 0\n');
    expect(again).toContain('lxc.mount.entry = /usr usr none bind,ro,create=dir,optional 0 0\n');
    expect(wanted).toContain('lxc.include = /etc/lxc/lockers.conf\n');
  });
});

test('an fstab is left to the others that use it', () => {
  const fstab = '# shared\n/srv/lockers srv/lockers none bind 0 0\ntmpfs tmp tmpfs size=1m 0 0\n';
  const text = oldConfig().replace(/.*srv\/lockers srv.*\n/, 'lxc.mount.fstab = /etc/lxc/lockers.fstab\n');
  const source = { file: '/var/lib/lxc/l01/config', text, includes: {}, fstabs: { '/etc/lxc/lockers.fstab': fstab } };
  const { difference, problems } = wantedConfig(oldFacts({ source }));
  expect(problems).toEqual([]);
  expect(difference).toContain('- lxc.mount.fstab = /etc/lxc/lockers.fstab');
  expect(difference).toContain('+ lxc.mount.fstab = /dev/null');
  expect(difference).toContain('+ lxc.mount.entry = tmpfs tmp tmpfs size=1m 0 0');
});

describe.each([
  ['a mount that lies on /Me', 'lxc.mount.entry = /mnt/photos Me/photos none bind 0 0', 'unknown-mount'],
  ['a mount within the old code', `lxc.mount.entry = tmpfs srv/lockers/Locker/tmp tmpfs size=1m 0 0`, 'unknown-mount'],
])('%s', (_, line, code) => {
  test('is nothing to guess about', () => {
    const { problems } = wantedConfig(oldFacts({}, oldConfig('l01', [line])));
    expect(problems).toMatchObject([{ code, detail: expect.stringContaining(line.slice(18)) as string }]);
  });
});

test('data that the locker does not see are not its data', () => {
  const old = { code: TREE, config: '/srv/lockers/Config/l01', me: '/mnt/elsewhere/l01' };
  const { problems } = wantedConfig(oldFacts({ old }));
  expect(problems).toMatchObject([{ code: 'place-not-seen', cure: expect.stringContaining('--me') as string }]);
});

test('a source that is a link is followed', () => {
  const text = oldConfig().replace('= /srv/lockers srv', '= /lockers srv');
  const { problems, difference } = wantedConfig(oldFacts({ real: { '/lockers': '/srv/lockers' } }, text));
  expect(problems).toEqual([]);
  expect(difference).toContain('- lxc.mount.entry = /lockers srv/lockers none bind,rw,create=dir 0 0');
});

test('data within the rootfs are mounted over themselves', () => {
  const old = { code: TREE, config: '/srv/lockers/Config/l01', me: '/var/lib/lxc/l01/rootfs/data' };
  const { problems, difference } = wantedConfig(oldFacts({ old }));
  expect(problems).toEqual([]);
  expect(difference).toContain(`${ME} data none bind,rw,create=dir 0 0`);
});

test('an init that ignores SIGTERM is not adopted', () => {
  const { problems } = wantedConfig(oldFacts({ handled: [17] }));
  expect(problems).toMatchObject([{ code: 'no-halt-handler' }]);
});

test('scripts of LXC that may mount things are told', () => {
  const { notes } = wantedConfig(oldFacts({}, oldConfig('l01', ['lxc.hook.mount = /usr/local/bin/more-mounts'])));
  expect(notes).toEqual([
    '/var/lib/lxc/l01/config: lxc.hook.mount = /usr/local/bin/more-mounts: what it mounts is not known here',
  ]);
});
