/** A migration runs at most once, whatever dies: real runners, real processes that are really killed. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { claim, writeBegin } from '../../../box/migrations/attempt-folder';
import { runMigration } from '../../../box/migrations/run-migration';
import { bundleOnce, migratingBox, settled } from '../support/migrating-box';
import type { MigratingBox } from '../support/migrating-box';

let removeBundle: () => void;
let at: MigratingBox;
beforeAll(async () => {
  removeBundle = await bundleOnce();
});
afterAll(() => removeBundle());
afterEach(() => at.remove());

const isRunning = () => at.runs().length === 1;

test('it runs once; asked again by the same token or by another one it says that it is done', async () => {
  at = await migratingBox();
  at.put('go');
  expect(await at.ask()).toMatchObject({ kind: 'done', how: 'ran' });
  expect(await at.ask()).toMatchObject({ kind: 'done', how: 'ran' });
  expect(await at.ask('run', 2)).toMatchObject({ kind: 'done', how: 'already' });
  expect(at.runs()).toEqual(['ran']);
});

test('what its check finds done already is not run', async () => {
  at = await migratingBox();
  at.put('marker');
  expect(await at.ask()).toMatchObject({ kind: 'done', how: 'found' });
  expect(at.runs()).toEqual([]);
});

test('a check that can not say before anything was begun lets nothing begin', async () => {
  at = await migratingBox();
  at.put('confused');
  expect(await at.ask()).toMatchObject({ kind: 'not-done', evidence: expect.arrayContaining(['who knows']) as unknown });
  expect(at.runs()).toEqual([]);
  expect(at.state()).toBeUndefined();
});

test('lockerd dies while it runs: the runner goes on, and the next lockerd attaches to it', async () => {
  at = await migratingBox();
  const cut = settled(at.ask());
  await at.until(isRunning);
  await at.down();
  await cut;
  await at.up();
  const again = settled(at.ask());
  at.put('go');
  expect(await again).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran']);
});

test('lockerd dies while it runs, and nobody asks again: the next lockerd writes down what it came to', async () => {
  at = await migratingBox();
  const cut = settled(at.ask());
  await at.until(isRunning);
  await at.down();
  await cut;
  at.put('go');
  await at.up();
  await at.until(() => at.state() === 'done');
  expect(at.runs()).toEqual(['ran']);
});

test('its runner is killed while it runs: the command is waited for, and its check decides', async () => {
  at = await migratingBox();
  const asked = settled(at.ask());
  await at.until(isRunning);
  process.kill(at.runnerPid(), 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 300));
  // Nobody judges it while it works.
  expect(at.state()).toBe('begun');
  at.put('go');
  expect(await asked).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran']);
});

test('runner and lockerd die while it runs, and the check can not say: a person says, and only then it may run again', async () => {
  at = await migratingBox();
  const cut = settled(at.ask());
  await at.until(isRunning);
  const runner = at.runnerPid();
  at.put('confused');
  await at.down();
  process.kill(runner, 'SIGKILL');
  await cut;
  at.put('go');
  await at.up();
  expect(await settled(at.ask())).toMatchObject({
    code: 'MigrationUndecided',
    evidence: expect.arrayContaining(['who knows']) as unknown,
  });
  // Another token is told the same: nothing runs on a doubt.
  expect(await settled(at.ask('run', 2))).toMatchObject({ code: 'MigrationUndecided' });
  expect(at.runs()).toEqual(['ran']);
  const { lockerd } = at.holder();
  const said = { migration: 'split-jobs', as: 'not-done', by: 'ann@desk' } as const;
  expect(await lockerd.call('settle-migration', said)).toEqual({ settled: [{ id: 'split-jobs', scope: '-' }] });
  expect(await lockerd.call('settle-migration', said)).toEqual({ settled: [] });
  const { records } = await lockerd.call('history', { limit: 5 });
  expect(records.at(-1)).toMatchObject({ kind: 'migration', by: 'ann@desk', state: 'migration split-jobs settled as not-done' });
  at.take('marker');
  at.take('confused');
  expect(await at.ask('run', 3)).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran', 'ran']);
});

test('a person says that it is done: it is never run again', async () => {
  at = await migratingBox();
  const asked = settled(at.ask());
  await at.until(isRunning);
  at.put('confused');
  at.put('go');
  expect(await asked).toMatchObject({ code: 'MigrationUndecided' });
  await at.holder().lockerd.call('settle-migration', { migration: 'split-jobs', as: 'done', by: 'ann@desk' });
  expect(await at.ask('run', 2)).toMatchObject({ kind: 'done', how: 'already' });
  expect(at.runs()).toEqual(['ran']);
});

test('one that ends with an error and whose check says that it is not done came to nothing; another cycle may try again', async () => {
  at = await migratingBox();
  at.put('exit');
  at.put('go');
  const first = await at.ask();
  expect(first).toMatchObject({ kind: 'not-done' });
  expect((first as { evidence: string[] }).evidence.join('\n')).toMatch(/exit 4[^]*it can not be done/);
  // The same token has had its attempt.
  expect(await at.ask()).toMatchObject({ kind: 'not-done' });
  expect(at.runs()).toEqual(['ran']);
  at.take('exit');
  expect(await at.ask('run', 2)).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran', 'ran']);
});

test('at its deadline it is killed with all that it started, and its check decides', async () => {
  at = await migratingBox({ timeout: '500ms' });
  expect(await at.ask()).toMatchObject({
    kind: 'not-done',
    evidence: expect.arrayContaining([expect.stringMatching(/killed by its deadline/)]) as unknown,
  });
  expect(at.state()).toBe('not-done');
  at.put('go');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(at.runs()).toEqual(['ran']);
});

test('a runner that comes late to an attempt that was given up begins nothing', async () => {
  at = await migratingBox();
  const folder = join(at.box.paths.state, 'late');
  mkdirSync(folder);
  const { data } = at.box.config;
  await writeBegin(folder, { argv: ['touch', join(data, 'late')], cwd: '/', env: {}, owner: null, timeoutMs: 5_000 });
  expect(await claim(folder, { by: 'nobody', at: '2026-11-21T00:00:00.000Z' })).toBe(true);
  expect(await runMigration(folder)).toBe(0);
  expect(existsSync(join(data, 'late'))).toBe(false);
});

test('of two runners of one attempt one begins', async () => {
  at = await migratingBox();
  const folder = join(at.box.paths.state, 'twice');
  mkdirSync(folder);
  const { data } = at.box.config;
  await writeBegin(folder, { argv: ['sh', '-c', `echo ran >> ${data}/runs`], cwd: '/', env: {}, owner: null, timeoutMs: 5_000 });
  await Promise.all([runMigration(folder), runMigration(folder)]);
  expect(at.runs()).toEqual(['ran']);
});

test('the runner never comes: the attempt is given up for good, and another cycle runs it', async () => {
  at = await migratingBox();
  const { self } = at.box;
  Object.assign(at.box, { self: ['/nowhere/node'] });
  await at.down();
  await at.up();
  at.put('go');
  expect(await at.ask()).toEqual({ kind: 'not-done', evidence: ['it was never begun'] });
  Object.assign(at.box, { self });
  await at.down();
  await at.up();
  expect(await at.ask('run', 2)).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran']);
}, 40_000);

test('an undo brings it back, once, and it may run again after that', async () => {
  at = await migratingBox();
  at.put('go');
  await at.ask();
  expect(await at.ask('undo')).toMatchObject({ kind: 'done', how: 'ran' });
  expect(await at.ask('undo')).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.state()).toBe('not-done');
  expect(await at.ask('run', 2)).toMatchObject({ kind: 'done', how: 'ran' });
  expect(at.runs()).toEqual(['ran', 'undone', 'ran']);
});

test('one that needs all lockers halted is not begun while one runs', async () => {
  at = await migratingBox({ when: 'all-halted' });
  expect(await at.ask()).toEqual({ kind: 'not-done', evidence: ['l01 runs', 'l02 runs'] });
  expect(at.runs()).toEqual([]);
});
