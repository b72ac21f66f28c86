/** What the new release asks is answered for each locker before anybody is asked to confirm anything. Real repositories. */
import { execFileSync } from 'node:child_process';
import { inspect } from '../../../box/inspect/inspect';
import { switchTo } from '../../../box/release/versions';
import { faultOf } from '../../../box/fault-of';
import { Inventory } from '../../../domain/model/inventory';
import type { LockerName, Sha } from '../../../domain/model/ids';
import { EMPTY_STATE } from '../support/empty-state';
import { inRepo } from '../support/git-repo';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let first: string;
beforeEach(() => {
  here = stagedBox(['l01', 'l02']);
  first = here.code.commit({ 'locker.js': '1' });
  here.settings.commit({ 'templates/config.json': '{"jobs": {"interval": 5}, "name": "{{locker}}"}' });
});
afterEach(() => here.remove());

const manifest = (written: unknown) => here.code.commit({ 'lockstep.json': JSON.stringify(written) });
const look = async () =>
  Inventory.parse(JSON.parse(JSON.stringify(await inspect(here.box, EMPTY_STATE, { target: await here.targetOf() }))));
const deployFirst = async () => {
  await here.stage(await here.targetOf());
  for (const name of here.names) await switchTo(here.box, name, 1);
};

test('the manifest of the release is in the inventory; a release without one asks nothing', async () => {
  expect(await look()).toMatchObject({ manifest: { build: [] }, lockers: [{ missingConfig: [], tooOld: false }, {}] });
  manifest({ check: ['node', '--check', 'locker.js'] });
  expect((await look()).manifest?.check).toEqual(['node', '--check', 'locker.js']);
});

test('a key that the rendered config lacks is named, nested ones too', async () => {
  manifest({ config: { required: ['name', 'jobs.interval', 'jobs.parallel', 'storage'] } });
  const { lockers } = await look();
  expect(lockers.map(({ missingConfig }) => missingConfig)).toEqual([
    ['jobs.parallel', 'storage'],
    ['jobs.parallel', 'storage'],
  ]);
});

test('code that lacks the required commit is too old, code that has it is not', async () => {
  await deployFirst();
  const second = here.code.commit({ 'locker.js': '2' });
  execFileSync('git', ['-C', here.code.repo, 'tag', 'jobs-split', second]);
  manifest({ requires: { from: 'jobs-split' } });
  expect((await look()).lockers.map(({ tooOld }) => tooOld)).toEqual([true, true]);
  manifest({ requires: { from: first } });
  expect((await look()).lockers.map(({ tooOld }) => tooOld)).toEqual([false, false]);
});

const tooOldBy = async (from: string) => {
  manifest({ requires: { from } });
  return (await look()).lockers.map((locker) => locker.tooOld);
};

test('what is required is a tag by its exact name or a commit id, never what git would guess', async () => {
  await deployFirst();
  const second = here.code.commit({ 'locker.js': '2' });
  inRepo(here.code.repo, 'tag', '-a', '-m', 'one', `release-9-g${first.slice(0, 7)}`, second);
  inRepo(here.code.repo, 'branch', first.slice(0, 8), second);
  const named = `release-9-g${first.slice(0, 7)}`;
  expect(await tooOldBy(named)).toEqual([true, true]);
  expect(await tooOldBy(`refs/tags/${named}`)).toEqual([true, true]);
  expect(await tooOldBy(first.slice(0, 8))).toEqual([false, false]);
  for (const from of [`v1-0-g${first.slice(0, 7)}`, 'stable', 'refs/heads/stable', 'HEAD'])
    await expect(tooOldBy(from)).rejects.toMatchObject({ code: 'ManifestInvalid' });
});

test('of a commit that the repository no longer has nobody can tell what it contains: too old', async () => {
  const target = await here.targetOf();
  const { code } = target.release;
  await here.stage({ ...target, release: { ...target.release, code } });
  await switchTo(here.box, here.names[0] as LockerName, 1);
  const gone = '1'.repeat(40) as Sha;
  const file = `${here.box.paths.version(here.names[0] as LockerName, 1)}/REVISION`;
  execFileSync('sed', ['-i', `s/${code.revision}/${gone}/`, file]);
  manifest({ requires: { from: first } });
  expect((await look()).lockers.map(({ tooOld }) => tooOld)).toEqual([true, false]);
});

test('a manifest that is not valid is a fault that names file, place and commit', async () => {
  const bad = manifest({ config: { requierd: ['a'] } });
  const fault = await look().then(() => null, faultOf);
  expect(fault).toMatchObject({ code: 'ManifestInvalid', retryable: false });
  expect(fault?.message).toContain(bad);
  expect(fault?.evidence).toEqual([expect.stringMatching(/^lockstep\.json: config\.requierd: is not a known key.*required/)]);
});

test('a required commit that the repository does not have is a fault of the release', async () => {
  manifest({ requires: { from: 'no-such-tag' } });
  expect(await look().then(() => null, faultOf)).toMatchObject({
    code: 'ManifestInvalid',
    evidence: ['lockstep.json: requires.from: the repository has no commit or tag no-such-tag'],
  });
});
