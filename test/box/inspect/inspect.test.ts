/** Looks at a whole box: real folders and HTTP, containers from a fake port. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { inspect } from '../../../box/inspect/inspect';
import { writeLastStage } from '../../../box/release/last-stage';
import { switchTo } from '../../../box/release/versions';
import { NO_RECORD } from '../../../box/journal/state';
import type { BoxState } from '../../../box/journal/state';
import { Fault } from '../../../domain/faults';
import { Inventory } from '../../../domain/model/inventory';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

const STATE: BoxState = {
  lease: null,
  bootId: null,
  freeze: null,
  generation: 0,
  jobs: new Map(),
  lockers: new Map(),
  migrations: new Map(),
};

let here: StagedBox;
let server: Server;
beforeEach(() => {
  here = stagedBox(['l01', 'l02']);
  here.code.commit({ 'locker.js': '1' });
  here.settings.commit({ 'templates/config.json': '{"locker": "{{locker}}"}' });
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  here.remove();
});
async function answering(listener: RequestListener): Promise<void> {
  server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  here.service.port = (server.address() as AddressInfo).port;
  here.service.probe = { ...here.service.probe, timeoutMs: 500 };
}

test('a box that nothing was ever staged on is seen whole: what runs counts as healthy, since nobody knows how to ask', async () => {
  const seen = Inventory.parse(await inspect(here.box, STATE, { target: null }));
  expect(seen).toMatchObject({ box: 'lxc12', lxc: '5.0.2', bootId: 'boot-1', node: process.version, lease: null });
  expect(seen.disk.freeBytes).toBeGreaterThan(0);
  expect(seen.lockers).toMatchObject([
    { name: 'l01', state: 'running', healthy: true, reportedBuild: null, current: null, targetConfigDigest: null, wanted: 'up' },
    { name: 'l02' },
  ]);
});

test('with a target it says what each one answers, and the very config digest that a stage makes', async () => {
  await answering((_, response) => void response.end('{"build":"1-gabc"}'));
  const target = await here.targetOf();
  const before = await inspect(here.box, STATE, { target });
  expect(before.lockers[0]).toMatchObject({ healthy: true, reportedBuild: '1-gabc', current: null });
  const staged = await here.stage(target);
  expect(before.lockers.map(({ targetConfigDigest }) => targetConfigDigest)).toEqual(
    staged.versions.map(({ configDigest }) => configDigest),
  );
  await switchTo(here.box, here.names[0] as LockerName, 1);
  const after = await inspect(here.box, STATE, { target });
  expect(after.lockers[0]?.current).toMatchObject({ release: { id: target.release.id } });
});

test('without a target the last stage says how to ask', async () => {
  await answering((_, response) => void response.writeHead(503).end());
  const target = await here.targetOf();
  await here.stage(target);
  await writeLastStage(here.box, { target, at: '2026-11-20T00:00:00.000Z' });
  expect((await inspect(here.box, STATE, { target: null })).lockers[0]).toMatchObject({ healthy: false });
});

test('a last stage that can not be read counts as none', async () => {
  const lines: string[] = [];
  const box = { ...here.box, log: (line: string) => void lines.push(line) };
  mkdirSync(dirname(box.paths.lastStage), { recursive: true });
  writeFileSync(box.paths.lastStage, '{"target":');
  expect((await inspect(box, STATE, { target: null })).lockers[0]).toMatchObject({ healthy: true, reportedBuild: null });
  expect(lines.join()).toContain('can not be read');
});

test('what is owed, parked or wanted down is told, and a frozen one is a problem', async () => {
  here.box.lxc.see = async (name) =>
    name === 'l02' ? { state: 'frozen', init: { pid: 4_000_000, startTime: '1' } } : { state: 'stopped', init: null };
  const parked = { by: 'local:jane', token: 'local:jane/lxc12/l01/1/stop' as never, since: '2026-11-20T00:00:00.000Z' };
  const lockers = new Map([['l01' as LockerName, { ...NO_RECORD, wanted: 'up' as const, parked, next: 3 }]]);
  const seen = await inspect(here.box, { ...STATE, lockers }, { target: null });
  expect(seen.lockers).toMatchObject([
    { name: 'l01', state: 'stopped', healthy: false, wanted: 'up', parked, next: 3 },
    {
      name: 'l02',
      state: 'frozen',
      problems: expect.arrayContaining([{ code: 'frozen', detail: expect.any(String) as string }]) as unknown,
    },
  ]);
});

test('300 lockers that all hang are asked side by side', async () => {
  let open = 0;
  let most = 0;
  await answering((_, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => (open -= 1));
  });
  const target = await here.targetOf();
  here.box.lxc.list = async () => Array.from({ length: 300 }, (_, at) => `l${at + 1}` as LockerName);
  here.box.lxc.see = async () => ({ state: 'running', init: { pid: 4_000_000, startTime: '1' } });
  const seen = await inspect(here.box, STATE, { target });
  expect(seen.lockers).toHaveLength(300);
  expect(seen.lockers.some(({ healthy }) => healthy)).toBe(false);
  // Half a second each: by twelve, as the containers are looked at, they would take 12.5 s.
  expect(most).toBeGreaterThan(20);
});

test('a box without LXC is LxcMissing', async () => {
  here.box.lxc.version = () => Promise.reject(new Fault('LxcMissing', 'There is no lxc-start on this box.'));
  await expect(inspect(here.box, STATE, { target: null })).rejects.toMatchObject({ code: 'LxcMissing' });
});
