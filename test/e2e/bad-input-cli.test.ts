/** Wrong words on the command line and in fleet.yaml: one clear error, its exit code, and no locker is touched. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../support/cli';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { expectSteady, lockersOf, notASandbox, toldBy, withFleet } from '../support/steady-box';

jest.setTimeout(300_000);

const policy = {
  maxDown: 2,
  batches: [1, 'rest'],
  verify: { stable: '1s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};
let here: Installation;
let before: Awaited<ReturnType<typeof lockersOf>>;
let marks: string;
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
  await notASandbox(here.sandbox);
  before = await lockersOf(here.sandbox);
  marks = await mkdtemp(join(tmpdir(), 'lockstep-marks-'));
});
afterAll(async () => {
  await here?.close();
  if (marks) await rm(marks, { recursive: true, force: true });
});

const FILE = () => join(marks, 'touched');
/** Each would make the file if any shell ever read it. */
const hostile = () => [`$(touch ${FILE()})`, `'; touch ${FILE()}; '`, `"; touch ${FILE()}; "`, `x\ntouch ${FILE()}\n`];
const startOn = (box: string, ...args: string[]) =>
  runCli('start-rollout', ['--box', box, '--fleet', here.sandbox.fleetFile, '--json', '--yes', ...args], here.env);

test('an unknown box: the boxes that there are, and a guess', async () => {
  const told = toldBy(await startOn('lxc13'));
  expect(told).toMatchObject({ exit: 2, code: 'UnknownBox', evidence: ['boxes: lxc12'] });
  expect(told.sentence).toContain('"lxc13"');
  expect(told.sentence).toContain('lxc12');
});

test('people read the same on stderr: the sentence, the evidence below it, what to do next', async () => {
  const ended = await runCli('start-rollout', ['--box', 'lxc13', '--fleet', here.sandbox.fleetFile], here.env);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr.trim().split('\n')).toEqual([
    expect.stringMatching(/^error: There is no box "lxc13" in .*fleet\.yaml/),
    '    boxes: lxc12',
    expect.stringMatching(/^→ Choose one of the boxes/),
  ]);
});

test('no fleet file: its path', async () => {
  const ended = await runCli('start-rollout', ['--box', 'lxc12', '--fleet', '/nowhere/fleet.yaml', '--json'], here.env);
  expect(toldBy(ended)).toMatchObject({
    exit: 2,
    code: 'FleetFileMissing',
    sentence: expect.stringContaining('/nowhere/fleet.yaml'),
  });
});

test.each([
  ['YAML that ends too early', 'version: 1\nservices: {a: [\n', /^fleet\.yaml:\d+:\d+ /],
  [
    'a key written twice',
    'version: 1\nboxes: {}\nservices: {}\nboxes: {}\n',
    /^fleet\.yaml:4:1 boxes: this key is written twice/,
  ],
  ['no YAML at all', '\u0000\u0001\u0002', /^fleet\.yaml:1:1 /],
  ['an empty file', '', /^fleet\.yaml:1:1 the file is empty/],
])('a malformed fleet file names line and column: %s', async (_, text, evidence) => {
  const told = await withFleet(here.sandbox, text, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 2, code: 'FleetFileInvalid' });
  expect(told.evidence[0]).toMatch(evidence);
});

const misspelt = (fleet: { services: { locker: { prot?: number; port: unknown } } }) => {
  fleet.services.locker.port = 'ssh';
  fleet.services.locker.prot = 1;
};

test('a misspelt key and a wrong value are told together, each with its place', async () => {
  const told = await withFleet(here.sandbox, misspelt, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 2, code: 'FleetFileInvalid' });
  expect(told.evidence.join('\n')).toMatch(/fleet\.yaml:\d+:\d+ services\.locker\.port: .*not "ssh"/);
  expect(told.evidence.join('\n')).toMatch(/fleet\.yaml:\d+:\d+ services\.locker\.prot: .*port/);
});

const withBoxesAtOnce = (fleet: { services: { locker: { policy: Record<string, unknown> } } }) => {
  fleet.services.locker.policy['maxBoxes'] = 3;
};

test('a key of a later version is refused with its place, never ignored', async () => {
  const told = await withFleet(here.sandbox, withBoxesAtOnce, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 2, code: 'NotAvailableYet' });
  expect(told.evidence).toEqual([
    expect.stringMatching(/^fleet\.yaml:\d+:\d+ services\.locker\.policy\.maxBoxes: is not available yet/),
  ]);
});

test.each([
  [['--max-down', '0'], '--max-down'],
  [['--max-down', '0%'], '--max-down'],
  [['--max-down', 'all'], '--max-down'],
  [['--batches', '0,rest'], '--batches'],
  [['--batches', 'rest,1'], '--batches'],
  [['--batches', ''], '--batches'],
  [['--gate', 'sometimes'], '--gate'],
])('%j is refused, naming the flag', async (flags, named) => {
  const told = toldBy(await here.rollout('--yes', ...flags));
  expect(told).toMatchObject({ exit: 2, code: 'PolicyInvalid' });
  expect(told.sentence).toContain(named);
});

test.each([[['--sideways']], [['--box']], [['extra']]])('%j is wrong use', async (flags) => {
  expect(toldBy(await here.rollout('--yes', ...flags))).toMatchObject({ exit: 2, code: 'Usage' });
});

test('without --yes and without a terminal a box that is no sandbox is not started on', async () => {
  expect(toldBy(await here.rollout())).toMatchObject({
    exit: 2,
    code: 'ConfirmationNeeded',
    cure: expect.stringContaining('--yes'),
  });
});

test('nothing of all that touched a locker, or started a server', async () => {
  await expectSteady(here.sandbox, before);
  expect(existsSync(join(String(here.env['LOCKSTEP_HOME']), 'temporal.db'))).toBe(false);
});

test('quotes, newlines and $(…) in flags are text', async () => {
  for (const text of hostile()) {
    expect(toldBy(await startOn(text))).toMatchObject({ exit: 2, code: 'UnknownBox' });
    expect(toldBy(await here.rollout('--yes', '--ref', text))).toMatchObject({ exit: 2, code: 'PolicyInvalid' });
  }
  expect(toldBy(await here.rollout('--yes', '--ref', '--upload-pack=x'))).toMatchObject({ exit: 2, code: 'PolicyInvalid' });
  expect(existsSync(FILE())).toBe(false);
});

interface Fleet {
  services: Record<string, { code: { repo: string; ref: string }; values: Record<string, unknown> }>;
  boxes: Record<string, { ssh: Record<string, unknown> }>;
}
const locker = (fleet: Fleet) => fleet.services['locker'] as Fleet['services'][string];
const ssh = (fleet: Fleet) => fleet.boxes['lxc12']?.ssh as Record<string, unknown>;

test.each<[string, (fleet: Fleet, text: string) => void]>([
  ['the name of a box', (fleet, text) => Object.assign(fleet.boxes, { [text]: fleet.boxes['lxc12'] })],
  ['the name of a service', (fleet, text) => Object.assign(fleet.services, { [text]: locker(fleet) })],
  ['a repository', (fleet, text) => Object.assign(locker(fleet).code, { repo: text })],
  ['a ref', (fleet, text) => Object.assign(locker(fleet).code, { ref: text })],
  ['an ssh host', (fleet, text) => Object.assign(ssh(fleet), { host: text })],
  ['an ssh user', (fleet, text) => Object.assign(ssh(fleet), { user: text })],
  ['a host key', (fleet, text) => Object.assign(ssh(fleet), { hostKey: text })],
])('quotes, newlines and $(…) in fleet.yaml are refused as %s', async (_, put) => {
  for (const text of hostile().slice(2)) {
    const told = await withFleet(
      here.sandbox,
      (fleet) => put(fleet, text),
      async () => toldBy(await here.rollout('--yes')),
    );
    expect(told).toMatchObject({ exit: 2, code: 'FleetFileInvalid' });
    // One problem a line, whatever the text holds.
    expect(told.evidence.every((line) => !line.includes('\n'))).toBe(true);
  }
  expect(existsSync(FILE())).toBe(false);
});

test('a repository that is a command is not run', async () => {
  const run = (fleet: Fleet) => Object.assign(locker(fleet).code, { repo: `ext::touch%${FILE()}` });
  const told = await withFleet(here.sandbox, run, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'RepoUnreachable' });
  expect(told.evidence.join('\n')).toMatch(/not allowed/);
  expect(existsSync(FILE())).toBe(false);
  await expectSteady(here.sandbox, before);
});

test('a second rollout is refused, naming who runs the first; an unknown locker in a message too; the first goes on', async () => {
  const greeting = hostile().join(' ');
  const change = (fleet: Fleet) => Object.assign(locker(fleet).values, { greeting });
  await withFleet(here.sandbox, change, async () => {
    const first = await here.rollout('--yes', '--gate', 'canary');
    expect(first.code).toBe(3);
    const waiting = finishedOf(await here.lockstep('status', '--json'));
    const held = await lockersOf(here.sandbox);

    const second = toldBy(await here.rollout('--yes'));
    expect(second).toMatchObject({ exit: 1, code: 'AlreadyRunning', cure: expect.stringMatching(/watch --box lxc12/) });
    expect(second.sentence).toMatch(/box\/lxc12, started by \S+@\S+, since \d{4}-\d\d-\d\dT/);
    expect(second.evidence).toContain(`rollout ${String(waiting['rollout'])}`);

    for (const name of ['nope', ...hostile()]) {
      const told = toldBy(await here.lockstep('retry-locker', '--locker', name, '--json'));
      expect(told).toMatchObject({ exit: 2, code: 'UnknownLocker' });
      expect(told.evidence.join(' ')).toContain('l01');
    }
    const reason = greeting;
    expect(await here.lockstep('pause', '--reason', reason)).toMatchObject({ code: 0 });
    expect(await here.lockstep('resume')).toMatchObject({ code: 0 });

    expect(await lockersOf(here.sandbox)).toEqual(held);
    expect(finishedOf(await here.lockstep('status', '--json'))).toMatchObject({
      rollout: waiting['rollout'],
      state: 'waiting-for-approval',
      counts: waiting.counts,
    });
    expect(await here.lockstep('approve', '--batch', '2')).toMatchObject({ code: 0 });
    expect(await here.lockstep('watch', '--json')).toMatchObject({ code: 0 });
  });
  for (const name of here.sandbox.lockers) {
    const file = join(here.sandbox.boxLayout.root, 'lockers', name, 'current', 'config', 'config.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ greeting });
    expect((await here.sandbox.bootLog(name)).filter(({ event }) => event === 'boot')).toHaveLength(2);
  }
  expect(existsSync(FILE())).toBe(false);
});
