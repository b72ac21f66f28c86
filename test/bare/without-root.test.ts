/** The first command on a machine that has nothing: no root, no LXC, no sshd. Judged by what it says and by what runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { aBareMachine } from '../support/bare-machine';
import type { BareMachine } from '../support/bare-machine';

jest.setTimeout(600_000);

let here: BareMachine;
beforeAll(() => {
  here = aBareMachine();
});
afterAll(() => here?.close());

const npm = (script: string, ...args: readonly string[]) => here.run('npm', 'run', '--silent', script, '--', ...args);
const State = z.object({
  boxes: z.array(z.object({ kind: z.string(), sshd: z.object({ pid: z.number() }), folder: z.string() })),
});
const boxState = () => {
  const state = State.parse(JSON.parse(readFileSync(join(here.clone, '.lockstep/sandbox/state.json'), 'utf8')));
  return state.boxes[0] as z.infer<typeof State>['boxes'][number];
};

test('the README’s first command updates twelve lockers, and says at each step what it waits for', async () => {
  const first = await npm('start-rollout', '--box', 'lxc12');
  expect(first).toMatchObject({ code: 0 });
  expect(first.stdout).toContain('12 planned: 12 updated');
  expect(first.stderr).toContain('lockers are plain processes here, not LXC containers (missing: root, ');
  expect(boxState().kind).toBe('process');
  for (const step of ['12 of 12 lockers are up', 'starting the worker']) expect(first.stderr).toContain(step);
});

test('each locker ended its life after one signal, with its work finished', () => {
  const me = join(boxState().folder, 'me');
  for (const locker of ['l01', 'l06', 'l12']) {
    const log = readFileSync(join(me, locker, '.boot-log'), 'utf8')
      .trim()
      .split('\n');
    expect(log.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['boot', 'signal', 'exit', 'boot']);
  }
});

test('the same again has nothing to do', async () => {
  const again = await npm('start-rollout', '--box', 'lxc12');
  expect(again.code).toBe(0);
  expect(again.stdout).toContain('Nothing to do on lxc12');
});

test('the sandbox’s own commands work: a look, a revision, a locker that misbehaves, a command on the box', async () => {
  expect((await npm('sandbox', 'status')).stdout.match(/healthy/g)).toHaveLength(12);
  expect((await npm('sandbox', 'break', 'crash-3s', '--locker', 'l01')).code).toBe(0);
  expect((await npm('sandbox', 'commit', '--message', 'Something to roll back from')).code).toBe(0);
  const inside = await npm('sandbox', 'shell', 'lxc12', 'lockerctl', 'status');
  expect(inside).toMatchObject({ code: 0, stdout: expect.stringContaining('l12') as string });
  expect((await npm('sandbox', 'shell', 'lxc12', 'lxc-info', '-n', 'l01', '-s')).stdout).toContain('RUNNING');
});

test('a canary that crashes on the new release is restored, and the rollout holds', async () => {
  const held = await npm('start-rollout', '--box', 'lxc12');
  expect(held.code).toBe(3);
  expect(held.stdout).toContain('1 restored');
  expect((await npm('lockstep', 'abort', '--box', 'lxc12', '--reason', 'broken')).code).toBe(0);
  expect((await npm('sandbox', 'break', 'none')).code).toBe(0);
});

test('with SSH server and lockerd killed the lockers run on, and the next command mends the box', async () => {
  const { sshd, folder } = boxState();
  process.kill(sshd.pid, 'SIGKILL');
  process.kill(Number(readFileSync(join(folder, 'var-locker/state/lockerd.pid'), 'utf8')), 'SIGKILL');
  expect((await npm('sandbox', 'status')).stdout.match(/healthy/g)).toHaveLength(12);
  expect((await npm('lockstep', 'watch', '--box', 'lxc12')).code).toBe(4);
  const mended = await npm('start-rollout', '--box', 'lxc12');
  expect(mended.code).toBe(0);
  expect(mended.stdout).toContain('12 planned: 12 updated');
});

test('`down` leaves no process, even of a box whose own processes were killed', async () => {
  process.kill(boxState().sshd.pid, 'SIGKILL');
  const down = await npm('down');
  expect(down.code).toBe(0);
  expect(here.processes()).toEqual([]);
});
