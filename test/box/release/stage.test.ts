import { existsSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentVersion, newestVersionOf, readRevision, switchTo } from '../../../box/release/versions';
import { collectGarbage } from '../../../box/release/gc';
import { readLastStage } from '../../../box/release/last-stage';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let l01: LockerName;
beforeEach(() => {
  here = stagedBox();
  l01 = here.names[0] as LockerName;
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{"locker": "{{locker}}", "greeting": "{{greeting}}"}' });
});
afterEach(() => here.remove());
const target = (ref?: string, greeting = 'hello') => here.targetOf(ref, { greeting });
const codeFolders = () => readdirSync(here.box.paths.codeRoot);

test('stages code once, and a version for each locker with its own config', async () => {
  const wanted = await target();
  const staged = await here.stage(wanted);
  expect(staged.built).toBe(true);
  expect(staged.versions.map(({ locker, version }) => [locker, version])).toEqual([
    ['l01', 1],
    ['l02', 1],
  ]);
  const version = here.box.paths.version(l01, 1);
  expect(JSON.parse(readFileSync(join(version, 'config/config.json'), 'utf8'))).toEqual({ locker: 'l01', greeting: 'hello' });
  expect(readlinkSync(join(version, 'code'))).toBe(`../../../../code/${wanted.release.code.id}`);
  expect(readFileSync(join(version, 'code/BUILD'), 'utf8').trim()).toBe(wanted.release.code.build);
  expect(await readRevision(here.box, l01, 1)).toMatchObject({ release: { id: wanted.release.id }, by: 'test' });
  expect((await readLastStage(here.box))?.target).toEqual(wanted);
  expect(await currentVersion(here.box, l01)).toBeNull();
});

test('a second stage finds everything there', async () => {
  const wanted = await target();
  const first = await here.stage(wanted);
  const ino = statSync(here.box.paths.version(l01, 1)).ino;
  expect(await here.stage(wanted)).toEqual({ ...first, built: false });
  expect(statSync(here.box.paths.version(l01, 1)).ino).toBe(ino);
});

test('other values make a new version on the same code', async () => {
  await here.stage(await target());
  const again = await here.stage(await target('stable', 'good evening'));
  expect(again.built).toBe(false);
  expect(again.versions.map(({ version }) => version)).toEqual([2, 2]);
  expect(codeFolders()).toHaveLength(1);
});

test.each([
  ['fails', [['node', '-e', "console.error('no such module'); process.exit(7)"]], 300_000, 'no such module'],
  ['takes too long', [['sleep', '60']], 300, 'killed after'],
])('a build that %s is a fault with its last lines, and leaves nothing', async (_, build, buildTimeoutMs, evidence) => {
  here.code.commit({ 'lockstep.json': JSON.stringify({ format: 1, build, buildTimeoutMs }) });
  const fault = await here.stage(await target()).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'BuildFailed' });
  expect((fault as { evidence: string[] }).evidence.join('\n')).toContain(evidence);
  expect(codeFolders()).toEqual([]);
  expect(existsSync(here.box.paths.versions(l01))).toBe(false);
});

test.each([
  ['fails', ['node', '-e', 'console.error("Unexpected token"); process.exit(3)'], 'Unexpected token'],
  ['can not be run', ['no-such-command-here'], 'could not start'],
  ['takes too long', ['sleep', '60'], 'killed after'],
])('a check that %s is a fault with its last lines, and leaves nothing', async (_, check, evidence) => {
  here.code.commit({ 'lockstep.json': JSON.stringify({ check, buildTimeoutMs: 2_000 }) });
  const fault = await here.stage(await target()).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 'ReleaseCheckFailed' });
  expect((fault as { evidence: string[] }).evidence.join('\n')).toContain(evidence);
  expect(codeFolders()).toEqual([]);
  expect(existsSync(here.box.paths.versions(l01))).toBe(false);
});

test('the check runs in the tree as it is built', async () => {
  const build = [['sh', '-c', 'echo made > made']];
  here.code.commit({ 'lockstep.json': JSON.stringify({ build, check: ['test', '-f', 'made'] }) });
  await expect(here.stage(await target())).resolves.toMatchObject({ built: true });
});

test('a script that stages what the config or the code of a locker does not fit is refused, and nothing is made', async () => {
  here.code.commit({ 'lockstep.json': JSON.stringify({ config: { required: ['no.such'] } }) });
  await expect(here.stage(await target())).rejects.toMatchObject({
    code: 'ConfigIncomplete',
    message: expect.stringContaining('no.such'),
  });
  expect(existsSync(here.box.paths.versions(l01))).toBe(false);
  here.code.commit({ 'lockstep.json': '{}' });
  await here.stage(await target());
  await switchTo(here.box, l01, 1);
  const later = here.code.commit({ 'locker.js': 'later' });
  here.code.commit({ 'lockstep.json': JSON.stringify({ requires: { from: later } }) });
  await expect(here.stage(await target())).rejects.toMatchObject({
    code: 'ReleaseIncompatible',
    message: expect.stringContaining(later),
  });
});

test('what a stage that died left behind is removed by the next one', async () => {
  await here.stage(await target());
  const left = join(here.box.paths.codeRoot, '.tmp-c000000000000');
  writeFileSync(left, 'half');
  await here.stage(await target());
  expect(existsSync(left)).toBe(false);
});

test('more bytes than the disk has is DiskFull with the figures, and nothing is written', async () => {
  const wanted = await target();
  await expect(here.stage(wanted, Number.MAX_SAFE_INTEGER / 2)).rejects.toMatchObject({ code: 'DiskFull' });
  expect(existsSync(here.box.paths.codeRoot)).toBe(false);
});

test('a template that asks for a missing value fails before any version is made', async () => {
  await expect(here.stage(await here.targetOf())).rejects.toMatchObject({ code: 'TemplateInvalid' });
  expect(existsSync(here.box.paths.versions(l01))).toBe(false);
});

test('a symbolic link among the templates is refused', async () => {
  const { symlinkSync } = await import('node:fs');
  symlinkSync('/etc/passwd', join(here.settings.repo, 'templates/evil'));
  here.settings.commit({});
  await expect(here.stage(await target())).rejects.toMatchObject({ code: 'TemplateInvalid' });
});

describe('versions', () => {
  test('a torn REVISION is not a complete version, and is never switched to', async () => {
    await here.stage(await target());
    writeFileSync(join(here.box.paths.version(l01, 1), 'REVISION'), '{"format":1,"ver');
    expect(await readRevision(here.box, l01, 1)).toBeNull();
    await expect(switchTo(here.box, l01, 1)).rejects.toMatchObject({ code: 'LockerUnfit' });
    expect(await currentVersion(here.box, l01)).toBeNull();
  });

  test('current moves by one rename, and back', async () => {
    await here.stage(await target());
    await here.stage(await target('stable', 'again'));
    await switchTo(here.box, l01, 2);
    expect(await currentVersion(here.box, l01)).toBe(2);
    await switchTo(here.box, l01, 1);
    expect(await currentVersion(here.box, l01)).toBe(1);
    const { release } = await target();
    expect(await newestVersionOf(here.box, l01, { release: release.id })).toBe(2);
  });
});

async function stageMany(count: number): Promise<void> {
  for (let turn = 1; turn <= count; turn += 1) {
    here.code.commit({ 'locker.js': String(turn) });
    await here.stage(await target());
  }
}

describe('garbage', () => {
  test('spares current, open and the newest ones, and removes the rest with its code', async () => {
    await stageMany(5);
    for (const locker of here.names) await switchTo(here.box, locker, 1);
    const removed = await collectGarbage(here.box, { keepReleases: 2, openFrom: [{ locker: l01, version: 2 }] });
    expect(removed).toContain('lockers/l02/versions/2');
    expect(readdirSync(here.box.paths.versions(l01)).toSorted()).toEqual(['1', '2', '4', '5']);
    // Versions 1, 2, 4 and 5 name four builds; that of 3 is gone.
    expect(codeFolders()).toHaveLength(4);
  });

  test('a second collection finds nothing', async () => {
    await stageMany(3);
    await collectGarbage(here.box, { keepReleases: 1, openFrom: [] });
    expect(await collectGarbage(here.box, { keepReleases: 1, openFrom: [] })).toEqual([]);
  });
});
