/** What install-box wants on a host, and how it is shown. */
import type { Wanted } from '../../box-install/wanted';
import { mergeConfig } from '../../box-install/merge-config';
import { BoxConfig } from '../../domain/protocol/box-config';
import { chooseHook, hookOf } from '../../starters/install/boot-hook';
import { changeLines } from '../../starters/install/change-lines';
import { refusalOf } from '../../starters/install/refusal-of';
import { wantedOf } from '../../starters/install/wanted-of';
import { noPaint } from '../../starters/render/paint';
import { expectGolden } from '../support/golden';

const config = BoxConfig.parse({ ...mergeConfig(null, {}), format: 1, box: 'lxc12' });
const host = { systemd: false, pid1: 'init', rcFolders: ['/etc/rc2.d', '/etc/rc3.d'], cron: false };
const running = { node: '/usr/bin/node', lock: '/var/locker/state/lockerd.lock', pidFile: '/var/locker/state/lockerd.pid' };
const publicKey = 'ssh-ed25519 AAAA ops@desk';

function wanted(account: string): Wanted[] {
  const bundle = { text: 'x'.repeat(2_048), version: '0.1.0' };
  const scripts = [{ name: 'lockerctl', text: '#!/bin/sh\n' }];
  return wantedOf({ config, bundle, scripts, login: { account, publicKey }, node: '/usr/bin/node', hook: 'init.d' }, host);
}

test.each([
  [{ systemd: true }, 'systemd'],
  [{}, 'init.d'],
  [{ pid1: 'tini', cron: true }, 'cron'],
  [{ pid1: 'tini' }, 'init.d'],
  [{ pid1: 'tini', rcFolders: [] }, 'none'],
])('a host with %j starts lockerd by %s', (more, hook) => expect(chooseHook({ ...host, ...more })).toBe(hook));

test('an account without rights gets one sudo path; its key comes last', () => {
  const kinds = wanted('lockstep').map(({ kind }) => kind);
  expect(kinds.slice(-3)).toEqual(['account', 'file', 'key']);
  expect(wanted('lockstep').at(-2)).toMatchObject({
    mode: 0o440,
    sudoers: true,
    text: 'lockstep ALL=(root) NOPASSWD: /usr/local/sbin/lockerctl relay\n',
  });
  expect(wanted('lockstep').at(-1)).toMatchObject({ command: 'sudo -n /usr/local/sbin/lockerctl relay' });
});

test('root needs neither account nor sudo', () => {
  expect(wanted('root').some((one) => one.kind === 'account' || (one.kind === 'file' && one.sudoers))).toBe(false);
  expect(wanted('root').at(-1)).toMatchObject({ kind: 'key', command: '/usr/local/sbin/lockerctl relay' });
});

test('what lockerd leaves names neither code nor lockers nor data', () => {
  const lockerd = wanted('root').find((one) => one.kind === 'lockerd');
  const leaves = lockerd?.kind === 'lockerd' ? lockerd.leaves : [];
  expect(leaves.length).toBeGreaterThan(0);
  for (const path of leaves) expect(path).not.toMatch(/^\/var\/locker(\/code|\/lockers)?$|^\/var\/Locker/);
});

test('values that a person wrote into box.json stay, unless a flag says otherwise', () => {
  const merged = mergeConfig({ buildUser: 'builder', root: '/srv/a', data: '/srv/me' }, { root: '/srv/b' });
  expect(merged).toMatchObject({ buildUser: 'builder', root: '/srv/b', data: '/srv/me', lxcPath: '/var/lib/lxc' });
});

test.each([
  ['lxd', '/var/lib/lxd/containers'],
  ['incus', '/var/lib/incus/containers'],
  ['lxc', '/var/lib/lxc'],
] as const)(
  'containers of %s are where its package has them, unless a flag or box.json of the same kind says otherwise',
  (kind, path) => {
    expect(mergeConfig(null, { kind })).toMatchObject({ kind, lxcPath: path });
    expect(mergeConfig({ kind: 'process', lxcPath: '/srv/old' }, { kind })).toMatchObject({ kind, lxcPath: path });
    expect(mergeConfig({ kind, lxcPath: '/srv/own' }, {})).toMatchObject({ kind, lxcPath: '/srv/own' });
    expect(mergeConfig({ kind, lxcPath: '/srv/own' }, { kind, lxcPath: '/srv/new' })).toMatchObject({ lxcPath: '/srv/new' });
  },
);

test('the boot hooks, as they are written', () => {
  const texts = (['systemd', 'init.d', 'cron'] as const).flatMap((hook) =>
    hookOf(hook, host, running).flatMap((one) => (one.kind === 'file' ? [`# ${one.path}\n${one.text}`] : [])),
  );
  expectGolden('boot-hooks.txt', texts.join('\n'));
});

test('changes are shown with what will stand there', () => {
  const lines = changeLines(
    [
      { id: 'a', sign: '+', text: 'account lockstep, with no password', lines: [] },
      { id: 'b', sign: '~', text: 'file /etc/x, in place of another', lines: ['one', 'two'] },
      { id: 'c', sign: '-', text: 'folder /y, where it is empty', lines: [] },
    ],
    noPaint,
  );
  expect(lines).toEqual([
    '+ account lockstep, with no password',
    '~ file /etc/x, in place of another',
    '      one',
    '      two',
    '- folder /y, where it is empty',
  ]);
});

const bonds = { lockerd: 'answers', lease: null, owed: [], adopted: false } as const;

test.each([
  ['a lease', { lease: 'r1 (jo, since now)' }, 'HeldBy'],
  ['an owed locker', { owed: ['l01'] }, 'BoxUnfit'],
  ['adopted lockers', { adopted: true }, 'BoxUnfit'],
  ['a lockerd that says nothing', { lockerd: 'silent' as const }, 'LockerdMissing'],
])('%s keeps a box from being given up', (_, more, code) => {
  expect(refusalOf('lxc12', { ...bonds, ...more })).toMatchObject({ code, cure: expect.stringContaining('--force') as string });
});

test('a box that nobody needs may be given up', () => {
  expect([refusalOf('lxc12', bonds), refusalOf('lxc12', null)]).toEqual([null, null]);
});
