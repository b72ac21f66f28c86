/**
 * A bare host becomes a box over SSH as a user with sudo, is rolled by the forced command alone, and is
 * given up again without a trace. What counts is the host's files, its processes and what lockers answer.
 */
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../box/run';
import { makeFleetFile } from '../../activities/adapters/fleet-file';
import { BoxName } from '../../domain/model/ids';
import { commitRevision } from '../../sandbox/commit-revision';
import { deployFirst } from '../../sandbox/deploy-first';
import { ACCOUNT, ADMIN, aBareBox } from '../support/bare-box';
import type { BareBox } from '../support/bare-box';
import { runCli, start } from '../support/cli';
import type { Ended } from '../support/cli';
import { finishedOf } from '../support/installation';
import { typeFromPage } from '../docs/type-from-page';

jest.setTimeout(400_000);

const policy = {
  maxDown: 2,
  batches: [1, 'rest'],
  pressure: { cpuSomeAvg10: 100 },
  stop: { timeout: '20s' },
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};

let box: BareBox;
let home: string;
let env: NodeJS.ProcessEnv;
let before: string[];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  env = { LOCKSTEP_HOME: home, LOCKSTEP_BIN: join(__dirname, '../../.lockstep/bin') };
  box = await aBareBox({ lockers: 3, policy });
  before = await box.snapshot();
});
afterAll(async () => {
  await runCli('down', ['--keep-sandbox'], env);
  await box?.down();
  await rm(home, { recursive: true, force: true });
});

const common = () => ['--box', box.name, '--fleet', box.fleetFile];
const admin = () => ['--as', `${ADMIN}@${box.name}`, '--identity', box.layout.adminKey];
const places = () => ['--root', box.places.root, '--data', box.places.data, '--lxc-path', box.places.lxc];
const more = () => ['--locker-pattern', 'l[0-9]{2}', '--node', process.execPath];
const install = (...args: string[]): Promise<Ended> => runCli('lockstep', ['install-box', ...common(), ...admin(), ...args], env);
const installAll = (...args: string[]): Promise<Ended> => install(...places(), ...more(), '--boot', 'init.d', ...args);
const uninstall = (...args: string[]): Promise<Ended> =>
  runCli('lockstep', ['uninstall-box', ...common(), ...admin(), ...args], env);
const doctor = (...args: string[]): Promise<Ended> => runCli('lockstep', ['doctor', ...common(), ...args], env);
const builds = () => Promise.all(box.lockers.map((locker) => box.build(locker)));
const text = async (path: string) => readFile(await box.inside(path), 'utf8');
const lockerdPid = async () => Number(await text(join(box.places.root, 'state/lockerd.pid')));
const states = (ended: Ended) =>
  Object.fromEntries(ended.objects.filter(({ kind }) => kind === 'finding').map(({ check, state }) => [check, state]));

/** The program on the host, in the middle of its changes. */
async function killHalfWay(): Promise<void> {
  const running = start(
    'lockstep',
    ['install-box', ...common(), ...admin(), ...places(), ...more(), '--boot', 'init.d', '--yes'],
    env,
  );
  await new Promise<void>((resolve) => {
    let said = '';
    running.child.stderr?.on('data', (part: string) => {
      said += part;
      if (/done: .*\n[^]*done: /.test(said)) resolve();
    });
    void running.ended.then(() => resolve());
  });
  for (const pid of await box.pidsOf('node', '-')) process.kill(pid, 'SIGKILL');
  const ended = await running.ended;
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/running it again goes on from there/)]);
}

test('without a terminal it asks for --yes before it looks at anything', async () => {
  const ended = await installAll();
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(/no terminal to ask on/)]);
});

test.each([
  ['a key of two lines', ['--public-key'], 'ssh-ed25519 AAAA\nssh-ed25519 BBBB', /public-key can not be used/],
  ['a root with a quote', ['--root', "/var/lock'er"], null, /--root can not be used/],
  ['an unknown boot hook', ['--boot', 'upstart'], null, /--boot can not be used/],
])('%s is refused before the box is dialled', async (_, flags, content, told) => {
  const file = join(home, 'key.pub');
  if (content !== null) await writeFile(file, content);
  const ended = await install(...flags, ...(content === null ? [] : [file]), '--yes');
  expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(told)]);
});

test('a host that lacks something is refused, and nothing is changed', async () => {
  const ended = await install(...more(), '--root', box.places.root, '--lxc-path', '/nowhere/lxc', '--yes');
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(/FAIL +LXC path +there is no folder \/nowhere\/lxc/)]);
  expect(await box.snapshot()).toEqual(before);
});

test('doctor tells a host that is no box yet from one that is not there', async () => {
  const ended = await doctor('--json');
  expect(ended.code).toBe(1);
  expect(states(ended)).toMatchObject({ reach: 'ok', 'host key': 'ok', login: 'fail', lockerd: 'skip' });
});

test('a dry run shows each change, and makes none', async () => {
  const ended = await installAll('--dry-run');
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  for (const shown of [
    `+ account ${ACCOUNT}`,
    `${ACCOUNT} ALL=(root) NOPASSWD: /usr/local/sbin/lockerctl relay`,
    'restrict,command="sudo -n /usr/local/sbin/lockerctl relay" ssh-ed25519',
    '+ file /etc/lockstep/box.json',
    '+ file /etc/init.d/lockstep',
    '+ link /etc/rc2.d/S20lockstep -> ../init.d/lockstep',
    '+ lockerd started',
  ])
    expect(ended.stdout).toContain(shown);
  expect(await box.snapshot()).toEqual(before);
});

test('killed half way, and given up: nothing is left of it', async () => {
  await killHalfWay();
  expect(await box.snapshot()).not.toEqual(before);
  const ended = await uninstall('--yes');
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(await box.snapshot()).toEqual(before);
});

test('killed half way once more, to be run again', async () => {
  await killHalfWay();
  expect(await box.snapshot()).not.toEqual(before);
});

test('installed as a user with sudo: account, one forced command, one sudo line, lockerd', async () => {
  const here = ['--fleet', box.fleetFile, ...admin(), ...places(), ...more(), '--boot', 'init.d', '--yes', '--json'];
  const ended = await typeFromPage('docs/boxes.md', 'npm run lockstep -- install-box --box lxc12 --as root@lxc12', {
    flags: here,
    env,
  });
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(ended.objects.at(-1)).toMatchObject({ kind: 'installed', changed: true });
  const keys = await box.inside(`/home/${ACCOUNT}/.ssh/authorized_keys`);
  expect(await readFile(keys, 'utf8')).toMatch(/^restrict,command="sudo -n \S+ relay" ssh-ed25519 \S+ \S+\n$/);
  expect((await stat(keys)).mode & 0o777).toBe(0o600);
  expect((await box.exec('visudo', '-c')).code).toBe(0);
  expect((await box.exec('/etc/init.d/lockstep', 'status')).stdout).toMatch(/box lxc12/);
});

test('a second run: nothing to change, and the values of the first are kept', async () => {
  const pid = await lockerdPid();
  const ended = await install('--node', process.execPath, '--boot', 'init.d', '--yes');
  expect([ended.code, ended.stdout]).toEqual([0, `${box.name}: nothing to change\n`]);
  expect(await lockerdPid()).toBe(pid);
});

test("the rollouts' key opens nothing but the relay", async () => {
  const login = ['-F', box.layout.sshConfig, '-o', 'BatchMode=yes', '-i', box.layout.key, '-l', ACCOUNT, box.name];
  const ran = await run(['ssh', ...login, 'id'], { timeoutMs: 60_000, input: '' });
  expect(ran.stdout).not.toMatch(/uid=/);
  const shell = await box.exec('su', ACCOUNT, '-s', '/bin/sh', '-c', 'sudo -n id; sudo -n /usr/local/sbin/lockerctl status');
  expect(shell.stdout).toBe('');
  expect(shell.code).not.toBe(0);
});

test('a rollout goes through with that key alone', async () => {
  const fleet = await makeFleetFile(box.fleetFile).read();
  await deployFirst({ fleet, box: BoxName.parse(box.name), everBooted: () => false, rebooted: false, progress: () => {} });
  const goal = (await commitRevision(box.layout, { message: 'The first by Lockstep' })).build;
  const ended = await runCli('start-rollout', [...common(), '--json', '--yes'], env);
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { updated: 3 } });
  expect(await builds()).toEqual([goal, goal, goal]);
});

test('doctor finds nothing wrong; with a login it looks deeper', async () => {
  const plain = await doctor('--json');
  expect(states(plain)).toMatchObject({
    Temporal: 'ok',
    namespace: 'ok',
    'search attributes': 'ok',
    worker: 'ok',
    reach: 'ok',
    'host key': 'ok',
    login: 'ok',
    'forced command': 'ok',
    protocol: 'ok',
    lockerd: 'ok',
    LXC: 'ok',
    '/Me': 'ok',
    autostart: 'ok',
    lease: 'ok',
    owed: 'ok',
    inodes: 'skip',
  });
  expect(plain.objects.filter(({ state }) => state === 'fail')).toEqual([]);
  expect(plain.code).toBe(0);
  const deep = await doctor('--json', ...admin());
  expect(states(deep)).toMatchObject({ inodes: 'ok', git: 'ok', 'boot hook': 'ok', record: 'ok' });
});

test('an upgrade touches no running locker, and one that does not serve is nothing against it', async () => {
  const initOf = async (locker: string) => (await box.exec('lxc-info', '-P', box.places.lxc, '-n', locker, '-pH')).stdout;
  const lives = () => Promise.all(box.lockers.map(initOf));
  const old = { lives: await lives(), pid: await lockerdPid() };
  await appendFile(await box.inside('/usr/local/lib/lockstep/lockerd.cjs'), '// older\n');
  const one = ['-P', box.places.lxc, '-n', box.lockers[0] as string];
  await box.exec('lxc-freeze', ...one);
  const ended = await install('--node', process.execPath, '--boot', 'init.d', '--yes');
  // A boot's question: right after one no locker serves yet.
  const booted = await box.exec('/etc/init.d/lockstep', 'start');
  await box.exec('lxc-unfreeze', ...one);
  expect([booted.code, booted.stdout]).toEqual([0, '']);
  expect(ended.stderr).toMatch(/makes way for this one[^]*done: lockerd/);
  expect(ended.code).toBe(0);
  expect(await lockerdPid()).not.toBe(old.pid);
  expect(old.lives).toEqual(old.lives.map(() => expect.stringMatching(/^\d+\n$/) as string));
  expect(await lives()).toEqual(old.lives);
});

test('while somebody holds the box it is not given up', async () => {
  const holding = box.exec(
    'sh',
    '-c',
    'printf "%s\\n" "$1" "$2" | { cat; sleep 1; } | /usr/local/sbin/lockerctl relay',
    'hold',
    HELLO,
    TAKE,
  );
  await holding;
  const refused = await uninstall('--yes');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/held by rollout-of-a-test/)]);
  expect(states(await doctor('--json')).lease).toBe('warn');
  expect((await box.exec('/usr/local/sbin/lockerctl', 'release-box')).code).toBe(0);
});

test('given up: the host is as it was, lockers run on, and only what they run from stays', async () => {
  const dry = await uninstall('--dry-run');
  expect([dry.code, dry.stdout]).toEqual([
    0,
    expect.stringMatching(/^- line in [^]*- account lockstep[^]*- file \/etc\/lockstep\/box.json/),
  ]);
  const running = await builds();
  const pid = await lockerdPid();
  const ended = await uninstall('--yes');
  expect([ended.code, ended.stderr]).toEqual([0, expect.anything()]);
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(await builds()).toEqual(running);
  const ours = (line: string) => line.startsWith(`${box.places.root}/code`) || line.startsWith(`${box.places.root}/lockers`);
  const after = await box.snapshot();
  expect(after.filter((line) => !ours(line))).toEqual(before);
  expect(after.filter(ours).length).toBeGreaterThan(0);
  expect((await box.exec('getent', 'passwd', ACCOUNT)).code).not.toBe(0);
});

test('given up twice: nothing was installed', async () => {
  const ended = await uninstall('--yes');
  expect([ended.code, ended.stdout]).toEqual([0, `${box.name}: nothing was installed\n`]);
});

const HELLO = JSON.stringify({ hello: { protocol: 1, client: 'test' } });
const TAKE = JSON.stringify({ id: 1, verb: 'take-lease', params: { holder: 'rollout-of-a-test', by: 'test', force: false } });
