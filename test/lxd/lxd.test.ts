/**
 * Two instances of LXD, one unprivileged, with a published server under systemd: adopted, rolled, given a release that does
 * not run, rolled back, and the adoption undone. What counts is what the servers answer and what LXD itself says.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/cli';
import type { Ended } from '../support/cli';
import { finishedOf } from '../support/installation';
import { anLxdBox, LOCKERS } from '../support/real-box/lxd-box';
import type { LxdBox } from '../support/real-box/lxd-box';
import { untilTrue } from '../support/real-box/real-containers-box';

jest.setTimeout(900_000);

const POLICY = {
  maxDown: 2,
  batches: [1, 'rest'],
  pressure: { cpuSomeAvg10: 100 },
  stop: { timeout: '60s' },
  verify: { stable: '2s', goodProbes: 2, deadline: '90s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};

/** By the daemon's own exec. */
const ALIVE = { exec: ['systemctl', 'is-active', '--quiet', 'registry'], within: '20s', restart: true };
const EVIDENCE = { exec: ['journalctl', '-u', 'registry', '-n', '20', '-o', 'cat'] };

let box: LxdBox;
let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: join(__dirname, '../../.lockstep/bin') };
  box = await anLxdBox({ policy: POLICY, alive: ALIVE, evidence: EVIDENCE });
  await untilTrue('all serve', serveAll);
});
afterAll(async () => {
  await runCli('down', ['--keep-sandbox'], env);
  await box?.down();
  await rm(home, { recursive: true, force: true });
});

const common = () => ['--box', box.name, '--fleet', box.fleetFile];
function succeeded(ended: Ended): Ended {
  if (ended.code === 0) return ended;
  throw new Error(`exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
}
const all = <T>(ask: (locker: string) => Promise<T>): Promise<T[]> => Promise.all(LOCKERS.map(ask));
const versions = () => all((locker) => box.version(locker));
const pages = () => all((locker) => box.serves(locker));
async function serveAll(): Promise<boolean> {
  return (await pages()).every((page, index) => page?.includes(`Packages of ${LOCKERS[index]}`));
}
const rollout = (...args: string[]): Promise<Ended> => runCli('start-rollout', [...common(), '--json', '--yes', ...args], env);
const lockstep = (verb: string, ...args: string[]) => runCli('lockstep', [verb, ...common(), ...args], env);
const admin = () => ['--identity', box.layout.adminKey];

/** Of its own, less what LXD changes by itself at each start. */
async function ownConfig(locker: string): Promise<unknown> {
  const shown = JSON.parse(await box.lxd('lxc', 'query', `/1.0/instances/${locker}`)) as Record<'config' | 'devices', object>;
  const config = Object.entries(shown.config).filter(([key]) => !key.startsWith('volatile.'));
  return { config: Object.fromEntries(config), devices: shown.devices };
}

const adopt = (...args: string[]): Promise<Ended> => {
  const where = ['--me', join(box.containers, '{locker}/rootfs/var/lib/registry')];
  const settings = ['--config-files', join(box.places.folder, 'srv/config/{locker}')];
  return lockstep('adopt-box', ...admin(), ...where, ...settings, ...args);
};

let before: unknown[];

test('one that runs is refused by name, since LXD would change its mounts at once', async () => {
  before = await all(ownConfig);
  const ended = await adopt('--yes');
  expect(ended.code).toBe(1);
  expect(`${ended.stdout}${ended.stderr}`).toMatch(/runs now: it is running.*\n.*lockerctl stop/);
  expect(await all(ownConfig)).toEqual(before);
});

test('stopped ones are adopted: their devices are what LXD mounts at their next start', async () => {
  for (const locker of LOCKERS) expect(await box.exec('lockerctl', 'stop', locker)).toMatchObject({ code: 0 });
  expect(succeeded(await adopt('--yes', '--json')).objects.at(-1)).toMatchObject({ kind: 'adopted', lockers: [...LOCKERS] });
  expect(await ownConfig('l01')).toMatchObject({
    config: { 'boot.autostart': 'false' },
    devices: { registry: { type: 'none' }, 'lockstep-code': { readonly: 'true', path: '/code' } },
  });
  for (const locker of LOCKERS) expect(await box.exec('lockerctl', 'start', locker)).toMatchObject({ code: 0 });
  await untilTrue('all serve', serveAll);
  expect(await versions()).toEqual(['4.0.0', '4.0.0']);
});

test('a release that does not run is caught at the canary, with its own words, and taken back', async () => {
  const ended = await rollout('--ref', 'broken');
  expect([ended.code, finishedOf(ended)]).toEqual([3, expect.objectContaining({ state: 'held' })]);
  expect(finishedOf(ended)).toMatchObject({
    counts: { restored: 1, failed: 0 },
    lockers: [{ name: 'l01', end: 'restored', reason: 'crashed after its start: registry requires Node.js v99' }, {}],
  });
  expect(await versions()).toEqual(['4.0.0', '4.0.0']);
  expect(await serveAll()).toBe(true);
  succeeded(await lockstep('abort', '--reason', 'does not run'));
});

test('a rollout brings both over by systemd’s own halt, and their data are whole', async () => {
  const ended = succeeded(await rollout());
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 2 } });
  expect(await versions()).toEqual(['4.0.2', '4.0.2']);
  expect(await serveAll()).toBe(true);
  const journal = await readFile(join(box.places.root, 'state/journal'), 'utf8');
  expect(journal).not.toContain('"kind":"kill"');
  expect(await box.lxd('lxc', 'list', '--format', 'csv', '--columns', 'ns')).toBe('l01,RUNNING\nl02,RUNNING\n');
});

test('a new locker is refused by name, and none is half made', async () => {
  const ended = await lockstep('add-locker', '--locker', 'l03');
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain('no such is added by Lockstep yet');
  expect(await box.lxd('lxc', 'list', '--format', 'csv', '--columns', 'n')).toBe('l01\nl02\n');
});

test('rolled back: both run what they ran before', async () => {
  succeeded(await rollout('--ref', 'v1', '--allow-downgrade'));
  expect(await versions()).toEqual(['4.0.0', '4.0.0']);
  expect(await serveAll()).toBe(true);
});

test('the adoption is undone while they are stopped: LXD has each as it was', async () => {
  for (const locker of LOCKERS) expect(await box.exec('lockerctl', 'stop', locker)).toMatchObject({ code: 0 });
  succeeded(await lockstep('adopt-box', ...admin(), '--undo', '--yes'));
  expect(await all(ownConfig)).toEqual(before);
  for (const locker of LOCKERS) await box.lxd('lxc', 'start', locker);
  await untilTrue('all serve', serveAll);
});
