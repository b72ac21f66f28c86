import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runningVersion } from '../../../box/inspect/running-version';
import { lockerProblems } from '../../../box/inspect/preflight';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let l01: LockerName;
beforeEach(() => {
  here = stagedBox();
  l01 = here.names[0] as LockerName;
  mkdirSync(here.box.paths.me(l01), { recursive: true });
});
afterEach(() => here.remove());

const lines = () => ({
  halt: 'lxc.signal.halt = SIGTERM',
  code: `lxc.mount.entry = ${here.box.paths.current(l01)}/code code none bind,ro 0 0`,
  config: `lxc.mount.entry = ${here.box.paths.current(l01)}/config Config none bind,ro 0 0`,
  me: `lxc.mount.entry = ${here.box.paths.me(l01)} Me none bind,rw 0 0`,
  auto: '',
});
type Lines = ReturnType<typeof lines>;

function problemsWith(change: Partial<Lines> = {}) {
  const file = here.box.paths.lxcConfig(l01);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Object.values({ ...lines(), ...change }).join('\n'));
  return lockerProblems(here.box, l01);
}

test('a sound locker has no problem', async () => {
  expect(await problemsWith()).toEqual([]);
});

test.each<[string, () => Partial<Lines>, string]>([
  ['no halt signal', () => ({ halt: '' }), 'halt-signal-missing'],
  ['the default halt signal', () => ({ halt: 'lxc.signal.halt = SIGPWR' }), 'halt-signal-missing'],
  ['a halt signal by its number', () => ({ halt: 'lxc.signal.halt = 30' }), 'halt-signal-missing'],
  ['a halt signal that is a kill', () => ({ halt: 'lxc.signal.halt = SIGKILL' }), 'halt-signal-missing'],
  ['no /Me', () => ({ me: '' }), 'me-not-mounted'],
  // LXC ignores it with a warning in its log, and the locker comes up with an empty /Me.
  [
    '/Me at an absolute target',
    () => ({ me: `lxc.mount.entry = ${here.box.paths.me(l01)} /Me none bind 0 0` }),
    'me-not-mounted',
  ],
  ["another owner's /Me", () => ({ me: `lxc.mount.entry = ${here.box.config.data}/l02 Me none bind 0 0` }), 'me-not-mounted'],
  ['no /code', () => ({ code: '' }), 'mount-missing'],
  ['code mounted past the link', () => ({ code: 'lxc.mount.entry = /srv/code code none bind 0 0' }), 'mount-missing'],
  ['autostart', () => ({ auto: 'lxc.start.auto = 1' }), 'autostart-on'],
])('%s is found', async (_, change, code) => {
  expect((await problemsWith(change())).map((problem) => problem.code)).toEqual([code]);
});

const targets = { code: '/opt/registry', config: '/etc/registry', me: '/var/lib/registry' };
const own = (): Partial<Lines> => ({
  code: `lxc.mount.entry = ${here.box.paths.current(l01)}/code opt/registry none bind,ro 0 0`,
  config: `lxc.mount.entry = ${here.box.paths.current(l01)}/config etc/registry none bind,ro 0 0`,
  me: `lxc.mount.entry = ${here.box.paths.me(l01)} var/lib/registry none bind,rw 0 0`,
});

const problemsThere = async (change: Partial<Lines>) => {
  await problemsWith(change);
  return lockerProblems(here.box, l01, { targets });
};

describe('where its service says so', () => {
  test('code, config and data are looked for there, and not elsewhere', async () => {
    expect(await problemsThere(own())).toEqual([]);
    const problems = await problemsThere({});
    expect(problems.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^\/opt\/registry is mounted from nowhere, expected .*\/current\/code$/),
      expect.stringMatching(/^\/etc\/registry is mounted from nowhere, expected .*\/current\/config$/),
      expect.stringMatching(/^\/var\/lib\/registry is mounted from nowhere, expected /),
    ]);
  });

  test('as the last stage has it, where nobody says it', async () => {
    here.code.commit({});
    here.settings.commit({ 'templates/env': '' });
    const target = await here.targetOf();
    const mounts = { code: targets.code, config: targets.config, data: targets.me };
    await problemsWith(own());
    expect(await lockerProblems(here.box, l01)).toHaveLength(3);
    await here.stage({ ...target, service: { ...target.service, mounts } });
    expect(await lockerProblems(here.box, l01)).toEqual([]);
  });

  test('what its init has mounted there is what it runs, through the links of its root alone', async () => {
    here.code.commit({ 'a.js': '' });
    here.settings.commit({ 'templates/env': '' });
    const { release } = await here.targetOf().then(async (target) => (await here.stage(target), target));
    // This process’s root is the box’s: the folders themselves are what is mounted.
    const version = here.box.paths.version(l01, 1);
    const at = { initPid: process.pid, targets: { code: join(version, 'code'), config: join(version, 'config'), me: '/Me' } };
    expect(await runningVersion(here.box, l01, at)).toEqual({ codeId: release.code.id, version: 1 });
    expect(await runningVersion(here.box, l01, { initPid: process.pid })).toEqual({ codeId: null, version: null });
  });
});

test('what LXC ignores is said with what to write', async () => {
  const [found] = await problemsWith({ me: `lxc.mount.entry = ${here.box.paths.me(l01)} /Me none bind 0 0` });
  expect(found?.detail).toMatch(/mounted from nowhere, expected .*; LXC ignores the target \/Me: write Me$/);
});

test.each<[string, () => Partial<Lines>]>([
  ['quotes round a value', () => ({ halt: 'lxc.signal.halt = "SIGTERM"' })],
  ['slashes at the end', () => ({ me: `lxc.mount.entry = ${here.box.paths.me(l01)}/ Me/ none bind 0 0` })],
  [
    'a target below the rootfs',
    () => ({
      auto: `lxc.rootfs.path = dir:${here.dir}/rootfs`,
      me: `lxc.mount.entry = ${here.box.paths.me(l01)} ${here.dir}/rootfs/Me none bind 0 0`,
    }),
  ],
])('%s: as LXC takes it', async (_, change) => {
  expect(await problemsWith(change())).toEqual([]);
});

test('an include counts as if it were written there', async () => {
  const common = join(here.dir, 'common.conf');
  writeFileSync(common, 'lxc.signal.halt = SIGTERM\n');
  expect(await problemsWith({ halt: `lxc.include = ${common}` })).toEqual([]);
});

test("an owner's folder that is gone is found, and so is a config that can not be read", async () => {
  rmSync(here.box.paths.me(l01), { recursive: true });
  expect((await problemsWith()).map(({ code }) => code)).toEqual(['me-not-mounted']);
  expect((await problemsWith({ halt: 'lxc.include = /nowhere' })).map(({ code }) => code)).toEqual(['config-unreadable']);
});

test('where the data should be a filesystem of its own, a folder on the parent disk is a lost mount', async () => {
  writeFileSync(`${here.box.config.data}.expect-mount`, '');
  expect((await problemsWith()).map(({ code }) => code)).toEqual(['me-not-mounted']);
});
