/** A push between real repositories and a real box folder; only the channel between is a call. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { makeGitSource } from '../../activities/adapters/git/make-git-source';
import type { BoxPort } from '../../activities/ports/box-port';
import { pushRefs, pushRelease } from '../../activities/push-release';
import type { Push } from '../../activities/push-release';
import { receivePart } from '../../box/release/incoming';
import { resolveRelease } from '../../box/release/resolve';
import { stageRelease } from '../../box/release/stage';
import { mirrorTips, takeIn } from '../../box/release/take-in';
import { GitRef } from '../../domain/model/ids';
import { VERBS } from '../../domain/protocol/verbs';
import type { PushedFile, StageTarget, Verb } from '../../domain/protocol/verbs';
import { stagedBox } from '../box/support/staged-box';
import type { StagedBox } from '../box/support/staged-box';

jest.setTimeout(300_000);

/** Of a size that takes several parts, and that no compression makes smaller. */
const blob = (kib: number): string => randomBytes(kib * 768).toString('base64');

let staged: StagedBox;
let parts: { offset: number; bytes: number }[];
/** What happens to a part on its way; undefined: nothing. */
let onPart: ((params: { offset: number; data: string }) => { offset: number; data: string }) | undefined;

beforeEach(() => {
  staged = stagedBox();
  parts = [];
  onPart = undefined;
  staged.code.commit({ 'locker.js': 'one', 'lockstep.json': '{"format":1,"build":[["sh","-c","cp dep built"]]}', dep: 'own' });
  staged.settings.commit({ 'templates/config.json': '{"greeting":"{{greeting}}"}' });
});
afterEach(() => staged.remove());

/** The box's own verbs, checked as at its door. */
const channel = (): BoxPort => {
  const { box } = staged;
  const does: Partial<Record<Verb, (params: never) => Promise<unknown>>> = {
    'mirror-tips': (params) => mirrorTips(box, params),
    'take-in': (params) => takeIn(box, params),
    'receive-part': async (asked: { file: PushedFile; offset: number; data: string }) => {
      if (asked.data !== '') parts.push({ offset: asked.offset, bytes: Buffer.from(asked.data, 'base64').length });
      const params = asked.data !== '' && onPart ? { ...asked, ...onPart(asked) } : asked;
      return receivePart(box, VERBS['receive-part'].params.parse(params));
    },
  };
  return {
    call: async (_, verb, params) => {
      const run = does[verb];
      if (!run) throw new Error(`the test did not expect ${verb}`);
      return (await run(VERBS[verb].params.parse(params) as never)) as never;
    },
    close: () => Promise.resolve(),
  };
};

const pushOf = (): Push => ({
  box: staged.box.config.box,
  service: { ...staged.service, stage: 'push' },
  ports: { box: channel(), source: makeGitSource(join(staged.dir, 'worker')) },
  running: { signal: new AbortController().signal, onProgress: () => {}, isCancelled: () => false },
});
const push = (codeRef = 'stable') => pushRefs(pushOf(), { codeRef, configRef: 'stable' });

const resolved = (codeRef = 'stable') => {
  const service = { ...staged.service, stage: 'push' as const };
  const refs = { codeRef: GitRef.parse(codeRef), configRef: GitRef.parse('stable') };
  return resolveRelease(staged.box, { service, ...refs, since: null });
};
const targetOf = async (): Promise<StageTarget> => ({
  release: (await resolved()).release,
  service: { ...staged.service, stage: 'push' },
  values: { greeting: 'hello' },
  lockerValues: {},
});
const job = { token: 't', by: 'test', progress: () => {} };
const stage = async (packed?: PushedFile) =>
  stageRelease(staged.box, { target: await targetOf(), lockers: staged.names, freeBytesNeeded: 0, packed }, job);
const takeOriginAway = () => {
  for (const { repo } of [staged.code, staged.settings]) renameSync(repo, `${repo}.away`);
};
const incoming = () => (existsSync(staged.box.paths.incomingRoot) ? readdirSync(staged.box.paths.incomingRoot) : []);
const total = () => parts.reduce((sum, { bytes }) => sum + bytes, 0);

test('a box that reaches no repository resolves and stages what was pushed to it', async () => {
  await push();
  takeOriginAway();
  const { release } = await resolved();
  expect(release.label).toMatch(/^stable-\d{8}-g/);
  expect(await stage()).toMatchObject({ built: true, versions: [{ version: 1 }, { version: 1 }] });
  expect(readFileSync(join(staged.box.paths.current(staged.names[0]!), '..', 'versions/1/config/config.json'), 'utf8')).toContain(
    'hello',
  );
  expect(incoming()).toEqual([]);
});

test('a second push sends only what the box lacks, and the same one again sends nothing', async () => {
  staged.code.commit({ big: blob(512) });
  await push();
  const first = total();
  parts = [];
  await push();
  expect(total()).toBe(0);
  staged.code.commit({ small: 'a line' });
  await push();
  expect(total()).toBeGreaterThan(0);
  expect(total()).toBeLessThan(first / 100);
  expect((await resolved()).release.code.build).toMatch(/^3-g/);
});

test('a cut in the middle goes on where the box’s part ends, from another worker too', async () => {
  staged.code.commit({ big: blob(1024) });
  let sent = 0;
  onPart = (part) => {
    sent += 1;
    if (sent === 5) throw new Error('the channel was cut');
    return part;
  };
  await expect(push()).rejects.toThrow('cut');
  expect(incoming()).toHaveLength(1);
  const before = parts.slice(0, -1).reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
  parts = [];
  onPart = undefined;
  await push();
  expect(parts[0]?.offset).toBeGreaterThan(0);
  expect(parts[0]?.offset).toBeLessThanOrEqual(before);
  takeOriginAway();
  expect(await stage()).toMatchObject({ built: true });
});

test('a part that came twice, as after an answer that got lost, is taken once', async () => {
  staged.code.commit({ big: blob(512) });
  const port = channel();
  const twice: BoxPort = {
    ...port,
    call: async (name, verb, params, options) => {
      if (verb === 'receive-part') await port.call(name, verb, params, options);
      return port.call(name, verb, params, options);
    },
  };
  const one = pushOf();
  await pushRefs({ ...one, ports: { ...one.ports, box: twice } }, { codeRef: 'stable', configRef: 'stable' });
  takeOriginAway();
  expect(await stage()).toMatchObject({ built: true });
});

test('a corrupted part is found out before anything is used, and the next push begins anew', async () => {
  staged.code.commit({ big: blob(512) });
  onPart = ({ offset, data }) => ({
    offset,
    data: offset === 0 ? data : Buffer.alloc(Buffer.from(data, 'base64').length).toString('base64'),
  });
  await expect(push()).rejects.toMatchObject({ code: 'PushIncomplete', retryable: true });
  expect(incoming()).toEqual([]);
  onPart = undefined;
  await push();
  takeOriginAway();
  expect(await stage()).toMatchObject({ built: true });
});

test('a file that would not fit is refused before its first byte is kept', async () => {
  staged.code.commit({ big: blob(256) });
  Object.assign(staged.box.config, { minFreeBytes: Number.MAX_SAFE_INTEGER / 2 });
  await expect(push()).rejects.toMatchObject({ code: 'DiskFull', retryable: false });
  expect(incoming()).toEqual([]);
});

test('a tag that took a branch’s name, and a branch below another’s, are what the box finds', async () => {
  const git = (...args: string[]) => execFileSync('git', ['-C', staged.code.repo, ...args], { encoding: 'utf8' }).trim();
  git('branch', 'next');
  await push('next');
  const second = staged.code.commit({ 'locker.js': 'two' });
  git('branch', '-D', 'next');
  git('tag', 'next');
  await push('next');
  expect((await resolved('next')).release.code.revision).toBe(second);
  git('tag', '-d', 'next');
  git('branch', 'next/one', 'HEAD~1');
  await push('next/one');
  expect((await resolved('next/one')).release.code.revision).not.toBe(second);
});

test('a ref that the repository does not have is said by the worker, with those that it has', async () => {
  await expect(push('stabel')).rejects.toMatchObject({ code: 'RefUnknown', evidence: ['it has:', 'stable'] });
});

test('a repository that the worker can not fetch is the worker’s trouble, not the box’s', async () => {
  takeOriginAway();
  await expect(push()).rejects.toMatchObject({
    code: 'RepoUnreachable',
    sentence: expect.stringContaining('The worker can not fetch') as string,
  });
});

test('a release that was never pushed is not to be had on the box, and says so', async () => {
  await expect(resolved()).rejects.toMatchObject({
    code: 'RefUnknown',
    sentence: expect.stringContaining('ever pushed') as string,
  });
  await push();
  const target = await targetOf();
  rmSync(join(staged.box.paths.root, 'repos'), { recursive: true });
  const params = { target, lockers: staged.names, freeBytesNeeded: 0 };
  await expect(stageRelease(staged.box, params, job)).rejects.toMatchObject({ code: 'PushIncomplete', retryable: true });
});

const packing = () => ({ folder: join(staged.dir, 'packed'), lockfile: 'deps.lock' });
const release = async () => (await resolved()).release;
const pack = (name: string) => {
  mkdirSync(join(staged.dir, 'packed/tree'), { recursive: true });
  writeFileSync(join(staged.dir, 'packed/tree/dep'), 'packed');
  const tar = ['-czf', join(staged.dir, 'packed', name), '-C', join(staged.dir, 'packed/tree'), 'dep'];
  execFileSync('tar', tar);
};
const idOfLock = () => execFileSync('git', ['-C', staged.code.repo, 'rev-parse', 'HEAD:deps.lock'], { encoding: 'utf8' }).trim();

describe('packed dependencies', () => {
  test('are unpacked before the build, for a lock file of the release, and pushed no more once it is built', async () => {
    staged.code.commit({ 'deps.lock': 'dep 1' });
    await push();
    pack(`${idOfLock()}.tar.gz`);
    const packed = await pushRelease(pushOf(), await release(), packing());
    expect(packed).toBeDefined();
    takeOriginAway();
    await stage(packed);
    const built = join(staged.box.paths.code((await release()).code.id), 'built');
    expect(readFileSync(built, 'utf8')).toBe('packed');
    expect(incoming()).toEqual([]);
    expect(await pushRelease(pushOf(), await release(), packing())).toBeUndefined();
  });

  test('that nobody packed are named, with where to put them', async () => {
    staged.code.commit({ 'deps.lock': 'dep 1' });
    await push();
    await expect(pushRelease(pushOf(), await release(), packing())).rejects.toMatchObject({
      code: 'BuildFailed',
      evidence: [expect.stringContaining(idOfLock()) as string],
    });
  });
});
