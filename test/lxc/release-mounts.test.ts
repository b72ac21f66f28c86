/** Staging and collecting on real mounts: what the kernel says is mounted, and disks that run out. Needs root. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { collectGarbage } from '../../box/release/gc';
import { switchTo } from '../../box/release/versions';
import type { LockerName } from '../../domain/model/ids';
import { stagedBox } from '../box/support/staged-box';
import type { StagedBox } from '../box/support/staged-box';

jest.setTimeout(300_000);

let here: StagedBox;
let l01: LockerName;
let undo: (() => unknown)[];
beforeEach(() => {
  here = stagedBox(['l01', 'l02']);
  l01 = here.names[0] as LockerName;
  undo = [];
  here.settings.commit({ 'templates/config.json': '{}' });
});
afterEach(async () => {
  for (const step of undo.toReversed()) await step();
  here.remove();
});

const command = (name: string, ...args: string[]): string => execFileSync(name, args, { encoding: 'utf8' });
const tmpBelow = () => command('find', here.box.paths.root, '-name', '.tmp-*', '-print');
/** No line twice, so that git packs it badly enough. */
const big = (bytes: number) => Array.from({ length: bytes / 16 }, (_, at) => String(at).padStart(15, '0')).join('\n');

function mount(...args: string[]): void {
  command('mount', ...args);
  undo.push(() => command('umount', args.at(-1) as string));
}

const UNSHARE = [
  '--mount',
  '--propagation',
  'private',
  'sh',
  '-c',
  'mount --bind "$1" "$2" && echo mounted && exec sleep 50',
  'sh',
];

/** A mount namespace of its own in which one folder is mounted on another, for as long as its one process lives. */
async function inANamespace(source: string, target: string): Promise<void> {
  const inside = 'unshare';
  const child: ChildProcess = spawn(inside, [...UNSHARE, source, target], { stdio: ['ignore', 'pipe', 'inherit'] });
  undo.push(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const [said] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  expect(said.toString()).toBe('mounted\n');
}

async function stageMany(count: number) {
  const codes = [];
  for (let turn = 1; turn <= count; turn += 1) {
    here.code.commit({ 'locker.js': String(turn) });
    const target = await here.targetOf();
    await here.stage(target);
    codes.push(target.release.code.id);
  }
  for (const locker of here.names) await switchTo(here.box, locker, count);
  return codes;
}
const collect = () => collectGarbage(here.box, { keepReleases: 1, openFrom: [] });
const mountPoint = () => {
  const point = join(here.dir, 'some where');
  mkdirSync(point);
  return point;
};

describe.each([
  ['on the disk of everything else', false],
  ['on a filesystem of its own, where mountinfo has shorter paths', true],
])('a release %s', (_, ownDisk) => {
  beforeEach(() => {
    mkdirSync(here.box.paths.root);
    if (ownDisk) mount('-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', here.box.paths.root);
  });

  test('code is spared while any process has it mounted, wherever, and goes when that is over', async () => {
    const [first, second] = await stageMany(3);
    await inANamespace(here.box.paths.code(first as never), mountPoint());
    const removed = await collect();
    expect(removed).toContain(`code/${second}`);
    expect(removed).not.toContain(`code/${first}`);
    expect(readFileSync(join(here.box.paths.code(first as never), 'locker.js'), 'utf8')).toBe('1');
    await undo.pop()?.();
    expect(await collect()).toEqual([`code/${first}`]);
  });

  test('a version whose config is mounted is spared with its code', async () => {
    const [first] = await stageMany(3);
    await inANamespace(join(here.box.paths.version(l01, 1), 'config'), mountPoint());
    const removed = await collect();
    expect(removed).toEqual(expect.arrayContaining(['lockers/l01/versions/2', 'lockers/l02/versions/1']));
    expect(removed).not.toContain('lockers/l01/versions/1');
    expect(readdirSync(here.box.paths.codeRoot)).toContain(first);
  });
});

test('code that can only be removed in part loses its name first, so that no stage takes the rest for a build', async () => {
  here.code.commit({ 'lib/deep.js': '1' });
  const [first] = await stageMany(3);
  const inside = join(here.box.paths.code(first as never), 'lib');
  // Somebody mounted something into it: its folder is busy, its files are not.
  mount('-t', 'tmpfs', 'tmpfs', inside);
  const lines: string[] = [];
  const left = await collectGarbage({ ...here.box, log: (line) => void lines.push(line) }, { keepReleases: 1, openFrom: [] });
  const busy = readdirSync(here.box.paths.codeRoot).find((name) => name.startsWith('.tmp-')) as string;
  // Its mount point moved with it.
  undo[undo.length - 1] = () => command('umount', join(here.box.paths.codeRoot, busy, 'lib'));
  expect(left).toContain(`code/${first}`);
  expect(existsSync(here.box.paths.code(first as never))).toBe(false);
  expect(lines.join('\n')).toMatch(/stays: EBUSY/);
  command('git', '-C', here.code.repo, 'branch', 'again', 'HEAD~2');
  const again = await here.targetOf('again');
  expect(again.release.code.id).toBe(first);
  expect((await here.stage(again)).built).toBe(true);
  expect(readFileSync(join(here.box.paths.code(again.release.code.id), 'lib/deep.js'), 'utf8')).toBe('1');
});

describe('a disk that runs full in the middle of a stage', () => {
  beforeEach(() => {
    mkdirSync(here.box.paths.root);
    mount('-t', 'tmpfs', '-o', 'size=4m,mode=755', 'tmpfs', here.box.paths.root);
  });
  test('at the checkout: DiskFull, and nothing is left of it', async () => {
    here.code.commit({ 'big.txt': big(5 * 1024 * 1024) });
    const target = await here.targetOf();
    await expect(here.stage(target)).rejects.toMatchObject({ code: 'DiskFull' });
    expect(tmpBelow()).toBe('');
    expect(readdirSync(here.box.paths.codeRoot)).toEqual([]);
  });

  test('at the config of some locker: DiskFull, no version of any locker, nothing left of it', async () => {
    here.code.commit({ 'locker.js': '1' });
    here.settings.commit({ 'templates/big.txt': big(1.9 * 1024 * 1024) });
    const target = await here.targetOf();
    await expect(here.stage(target)).rejects.toMatchObject({ code: 'DiskFull' });
    expect(tmpBelow()).toBe('');
    expect(here.names.flatMap((name) => readdirSync(here.box.paths.versions(name)))).toEqual([]);
  });
});
