/** Hooks on the worker: what they are told, what counts as done, and that nothing of them is a secret's way out. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../activities/adapters/run-command';
import type { CommandRan } from '../../activities/ports/command-port';
import { makeRunHook } from '../../activities/run-hook';
import type { HookOutcome } from '../../domain/model/hook';
import type { HookFacts } from '../../domain/model/hook-facts';
import { BoxName } from '../../domain/model/ids';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet } from '../support/builders';
import { aFakeHttp, NO_COMMAND, NOTHING, says } from '../support/fake-http';

const facts: HookFacts = {
  v: 1,
  hook: 'silence',
  when: 'before',
  token: '7d0e1d2c/hook/before/silence',
  rollout: '7d0e1d2c',
  box: 'lxc12',
  service: 'locker',
  by: 'ann@desk',
  kind: 'rollout',
  release: { id: 'r0123456789ab', label: 'stable-1', code: 'c'.repeat(40), config: 'd'.repeat(40) },
  plan: 'e'.repeat(64),
  lockers: 12,
  outcome: null,
};
const SECRET = 'https://monitor.example.org/silence?key=hunter2';
const hooks = {
  before: [
    { name: 'silence', http: { url: SECRET } },
    { name: 'note', exec: ['note', '--all; reboot'] },
  ],
};
const fleet = { read: async () => aFleet({ names: ['lxc12'], box: { hooks } }) };
const run = (ports: Partial<Parameters<typeof makeRunHook>[0]>, more: Partial<HookFacts> = {}) => {
  const runHook = makeRunHook({ fleet, http: aFakeHttp(), command: NO_COMMAND, ...ports });
  const input = { box: BoxName.parse('lxc12'), deadlineMs: 1_500, facts: { ...facts, ...more } };
  const outcome: Promise<HookOutcome> = anActivityEnvironment().run(() => runHook(input));
  return outcome;
};

test('an http hook gets the facts as JSON, with its token as the idempotency key', async () => {
  const http = aFakeHttp(() => says(204));
  expect(await run({ http })).toMatchObject({ when: 'before', name: 'silence', outcome: 'done', detail: null });
  const [asked] = http.asked;
  expect(asked).toMatchObject({ method: 'POST', url: SECRET, timeoutMs: 1_500, headers: { 'idempotency-key': facts.token } });
  expect(JSON.parse(asked?.body ?? '')).toEqual(facts);
});

test.each([
  ['another answer', () => says(503, 'try later'), 'POST to monitor.example.org: 503 try later'],
  ['no answer', () => NOTHING, 'POST to monitor.example.org: ECONNREFUSED'],
])('%s is a failure that tells the host and not the secret', async (_, answer, detail) => {
  expect(await run({ http: aFakeHttp(answer) })).toMatchObject({ outcome: 'failed', detail });
});

test.each<[string, Partial<CommandRan>, string | null]>([
  ['0', { code: 0 }, null],
  ['2', { code: 2, lastLine: 'no such silence' }, 'exit 2: no such silence'],
  ['a signal', { code: null }, 'exit by a signal'],
  ['its deadline', { code: null, timedOut: true, lastLine: 'waiting' }, 'killed after 1500 ms: waiting'],
])('a command that ends by %s', async (_, ran, detail) => {
  const given: unknown[] = [];
  const command = {
    run: async (asked: { argv: readonly string[]; stdin: string; cwd: string; env: unknown }) => {
      given.push([asked.argv, JSON.parse(asked.stdin), asked.cwd, asked.env]);
      return { code: 0, timedOut: false, lastLine: '', ...ran };
    },
  };
  const told = { ...facts, hook: 'note', token: '7d0e1d2c/hook/before/note' };
  expect(await run({ command }, told)).toMatchObject({ outcome: detail === null ? 'done' : 'failed', detail });
  expect(given).toEqual([
    [
      ['note', '--all; reboot'],
      told,
      '/fleet',
      { LOCKSTEP_HOOK: 'note', LOCKSTEP_HOOK_TOKEN: told.token, LOCKSTEP_BOX: 'lxc12' },
    ],
  ]);
});

test('a hook that was taken out of the fleet file meanwhile runs no more', async () => {
  expect(await run({}, { hook: 'gone' })).toMatchObject({ outcome: 'failed', detail: 'it is not in the fleet file any more' });
});

const of = (script: string, timeoutMs = 5_000, stdin = '') =>
  runCommand.run({ argv: ['/bin/sh', '-c', script], cwd: tmpdir(), env: { LOCKSTEP_HOOK: 'x' }, stdin, timeoutMs });

describe('a command on the worker', () => {
  test('gets its input and its few variables, and none of the worker’s secrets', async () => {
    process.env['TEMPORAL_API_KEY'] = 'hunter2';
    expect(await of('read line; echo "$line $LOCKSTEP_HOOK [$TEMPORAL_API_KEY]"', 5_000, 'hello\n')).toEqual({
      code: 0,
      timedOut: false,
      lastLine: 'hello x []',
    });
    delete process.env['TEMPORAL_API_KEY'];
  });

  test('is ended with all that it began when its time is over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-hook-'));
    const pid = join(folder, 'pid');
    writeFileSync(pid, '');
    expect(await of(`sleep 600 & echo $! > ${pid}; wait`, 300)).toMatchObject({ code: null, timedOut: true });
    const child = Number(readFileSync(pid, 'utf8'));
    expect(child).toBeGreaterThan(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(['gone', 'Z']).toContain(stateOf(child));
    rmSync(folder, { recursive: true });
  });

  test('is not waited for by what it leaves running', async () => {
    const began = performance.now();
    expect(await of('sleep 5 & echo left')).toMatchObject({ code: 0 });
    expect(performance.now() - began).toBeLessThan(4_000);
  });

  test('that can not be started says so', async () => {
    const none = await runCommand.run({ argv: ['/no/such/hook'], cwd: tmpdir(), env: {}, stdin: '', timeoutMs: 1_000 });
    expect(none).toMatchObject({ code: null, lastLine: 'could not start /no/such/hook: ENOENT' });
  });
});

/** Z: nobody has asked for its end yet. */
function stateOf(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) ? readFileSync(file, 'utf8').split(') ')[1]?.[0] : 'gone';
}
