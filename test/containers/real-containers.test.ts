/**
 * Stock Debian containers with an init each, and a published server that knows nothing of Lockstep: adopted, rolled,
 * given a release that does not run, taken back, rebooted. What counts is what the servers answer, what lies in the
 * containers and the owners' data; never our own state.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/cli';
import type { Ended } from '../support/cli';
import { finishedOf } from '../support/installation';
import { aRealContainersBox, untilTrue } from '../support/real-box/real-containers-box';
import type { RealBox } from '../support/real-box/real-containers-box';

jest.setTimeout(900_000);

const POLICY = {
  maxDown: 3,
  batches: [1, 'rest'],
  pressure: { cpuSomeAvg10: 100 },
  stop: { timeout: '60s' },
  verify: { stable: '2s', goodProbes: 2, deadline: '90s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  // Of the copy of a whole Debian: a matter of its own.
  rehearsal: 'off',
};

/** Each init has words of its own for it. */
const ALIVE = {
  exec: [
    '/bin/sh',
    '-c',
    'if [ -d /run/systemd/system ]; then systemctl is-active --quiet registry; else service registry status > /dev/null; fi',
  ],
  within: '20s',
  restart: true,
};
const EVIDENCE = {
  exec: ['/bin/sh', '-c', 'journalctl -u registry -n 20 -o cat 2> /dev/null || tail -n 20 /var/log/registry.log'],
};

let box: RealBox;
let home: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: join(__dirname, '../../.lockstep/bin') };
  box = await aRealContainersBox(POLICY);
  await box.writeFleet({ alive: ALIVE, evidence: EVIDENCE });
  await Promise.all(box.lockers.map((locker) => box.start(locker)));
});
afterAll(async () => {
  await runCli('down', ['--keep-sandbox'], env);
  await box?.down();
  await rm(home, { recursive: true, force: true });
});

const common = () => ['--box', box.name, '--fleet', box.fleetFile];
/** With all that it said, where it did not. */
function succeeded(ended: Ended): void {
  if (ended.code !== 0) throw new Error(`exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
}
const all = <T>(ask: (locker: string) => Promise<T>): Promise<T[]> => Promise.all(box.lockers.map(ask));
const rollout = (...args: string[]): Promise<Ended> => runCli('start-rollout', [...common(), '--json', '--yes', ...args], env);
const versions = () => all((locker) => box.version(locker));
const pages = () => all((locker) => box.serves(locker));
const ownPages = () => box.lockers.map((locker) => expect.stringContaining(`Packages of ${locker}`) as string);

/** Of l01's first step of that name: when the box wrote down that it was about to. */
async function intentAt(step: string, kind: string): Promise<number> {
  const lines = (await readFile(join(box.places.root, 'state/journal'), 'utf8')).split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as { at: string; token?: string; intent?: { kind: string } });
  const found = records.find(({ token, intent }) => intent?.kind === kind && token?.match(`/l01/\\d+/${step}$`));
  return Date.parse(found?.at ?? '');
}

async function adopt(...args: string[]): Promise<Ended> {
  return runCli('lockstep', ['adopt-box', ...common(), '--identity', box.layout.adminKey, ...args], env);
}

/** What runs in each, and where its things are on the box. */
const FOUND = (locker: string) => {
  const init =
    locker === 'l02'
      ? { init: 'sysvinit', halt: 'SIGPWR', output: '/var/log/registry.log' }
      : { init: 'systemd', halt: 'SIGRTMIN+3' };
  return {
    ...init,
    name: locker,
    port: 4873,
    service: 'registry',
    code: { at: '/opt/registry', on: join(box.places.folder, 'srv/registry') },
    config: { at: '/etc/registry', on: join(box.places.folder, 'srv/config', locker) },
    me: { at: '/var/lib/registry', on: box.me(locker) },
  };
};

test('adopted as they are, with nothing said of what the server answers, nor of where anything lies on the box', async () => {
  const ended = await adopt('--yes', '--json');
  succeeded(ended);
  // The fleet file says already what its lines would.
  expect(ended.objects[0]).toMatchObject({ kind: 'adoption-plan', found: box.lockers.map(FOUND), fleet: [] });
  expect(ended.objects.at(-1)).toMatchObject({ kind: 'adopted', lockers: box.lockers });
  // LXC sends the right one to each.
  for (const locker of box.lockers) {
    const config = await readFile(box.places.lxcConfig(locker), 'utf8');
    expect(config).not.toContain('lxc.signal.halt');
    expect(config.match(/^lxc\.mount\.entry = \S+ \S+/gm)).toEqual([
      `lxc.mount.entry = ${box.places.root}/lockers/${locker}/current/code opt/registry`,
      `lxc.mount.entry = ${box.places.root}/lockers/${locker}/current/config etc/registry`,
      expect.stringMatching(new RegExp(`${locker} var/lib/registry$`)),
    ]);
  }
  expect(await pages()).toEqual(ownPages());
});

test('a release that does not run is caught at the canary, which is brought back to what was there before', async () => {
  const ended = await rollout('--ref', 'broken');
  expect([ended.code, finishedOf(ended)]).toEqual([3, expect.objectContaining({ state: 'held' })]);
  expect(finishedOf(ended)).toMatchObject({
    counts: { restored: 1, failed: 0 },
    notes: [],
    // In the server's own words, long before the deadline, and in seconds over both steps.
    lockers: [{ name: 'l01', end: 'restored', reason: 'crashed after its start: registry requires Node.js v99' }, {}, {}],
  });
  const [canary] = finishedOf(ended)['lockers'] as [{ downMs: number }];
  expect(canary.downMs).toBeGreaterThan((await intentAt('restore', 'start')) - (await intentAt('update', 'stop')));
  expect(await versions()).toEqual(['4.0.0', '4.0.0', '4.0.0']);
  expect(await pages()).toEqual(ownPages());
  const aborted = await runCli('lockstep', ['abort', ...common(), '--reason', 'does not run'], env);
  succeeded(aborted);
});

test('a rollout brings every container over, whatever its init and its addresses', async () => {
  const ended = await rollout();
  succeeded(ended);
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(await versions()).toEqual(['4.0.2', '4.0.2', '4.0.2']);
  expect(await pages()).toEqual(ownPages());
  expect(await readFile(join(box.me('l03'), 'index.html'), 'utf8')).toContain('Packages of l03');
});

test('an application that dies under its init is seen and restarted, and until then nobody calls its locker well', async () => {
  for (const locker of ['l01', 'l02']) await box.killApplication(locker);
  await untilTrue('it is seen', async () => (await box.exec('lockerctl', 'status')).code === 5);
  await untilTrue('all serve', async () => (await pages()).every((page) => page !== null));
  await untilTrue('lockerd says so', async () => (await box.exec('lockerctl', 'status')).code === 0);
  expect(await readFile(join(box.places.log, 'lockerd.log'), 'utf8')).toMatch(
    /l01 is down: its application died, its init lives on: .*exit 3/,
  );
});

test('after a reboot of the box all serve again, at the addresses that they are given then', async () => {
  await box.reboot();
  await untilTrue('all serve', async () => (await pages()).every((page) => page !== null));
  expect(await versions()).toEqual(['4.0.2', '4.0.2', '4.0.2']);
  await untilTrue('lockerd says so', async () => (await box.exec('lockerctl', 'status')).code === 0);
});

test('asked within the container and told by a file of it, with no way to its port', async () => {
  const probe = {
    exec: ['/usr/local/bin/node', '-e', `fetch('http://127.0.0.1:4873').then((a) => process.exit(a.ok ? 0 : 1))`],
    timeout: '20s',
    interval: '500ms',
  };
  await box.writeFleet({ probe, revision: { file: '/opt/registry/BUILD' } });
  const ended = await rollout('--ref', 'v1', '--allow-downgrade');
  succeeded(ended);
  expect(finishedOf(ended)).toMatchObject({ counts: { updated: 3 } });
  expect(await versions()).toEqual(['4.0.0', '4.0.0', '4.0.0']);
});
