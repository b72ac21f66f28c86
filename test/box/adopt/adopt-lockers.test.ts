import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { adoptLockers } from '../../../box/adopt/adopt-lockers';
import { seeAdoption } from '../../../box/adopt/see-adoption';
import { seeUndo, undoAdoption } from '../../../box/adopt/undo-adoption';
import { lockerProblems } from '../../../box/inspect/preflight';
import { currentVersion, readRevision } from '../../../box/release/versions';
import type { AdoptRequest } from '../../../domain/adopt/adoption';
import { LockerName } from '../../../domain/model/ids';
import { anOldBox } from './old-box';
import type { OldBox } from './old-box';

/** Dozens of adoptions with a git and a cp each. */
jest.setTimeout(300_000);

const l01 = LockerName.parse('l01');

let box: OldBox;
afterEach(() => box.remove());

async function adopt(wishes: Partial<AdoptRequest> = {}, before: (effect: string) => void = () => {}) {
  const request = box.request(wishes);
  const adoption = await seeAdoption(box, request, box.inventory);
  await adoptLockers(box, { request, adoption, by: 'local:kim', progress: () => {}, before });
  return adoption.plan;
}

async function undo(before: (effect: string) => void = () => {}) {
  const plan = await seeUndo(box, [], box.inventory);
  await undoAdoption(box, plan, { progress: () => {}, before });
  return plan;
}

/** Dies before the n-th effect; false: there are not so many. */
async function diesAt(n: number, work: (before: (effect: string) => void) => Promise<unknown>): Promise<boolean> {
  let effects = 0;
  const before = (effect: string) => {
    effects += 1;
    if (effects === n) throw new Error(`died at: ${effect}`);
  };
  return work(before).then(
    () => false,
    (error: Error) => {
      if (!error.message.startsWith('died at')) throw error;
      return true;
    },
  );
}

describe('a box with one tree and its parent mounted', () => {
  beforeEach(() => {
    box = anOldBox();
  });

  test('adopted, a locker has the copied code, its own settings and its data where they were', async () => {
    const data = join(box.folder, 'srv/Me/l01/data');
    const before = lstatSync(data);
    const plan = await adopt();
    expect(plan.lockers.flatMap(({ problems }) => problems)).toEqual([]);
    expect(await currentVersion(box, l01)).toBe(1);
    const current = box.paths.current(l01);
    expect(readFileSync(join(current, 'code/node_modules/left-pad/index.js'), 'utf8')).toBe('module.exports = 1;\n');
    expect(readFileSync(join(current, 'config/config.json'), 'utf8')).toBe('{"owner":"l01"}\n');
    expect(readlinkSync(box.paths.me(l01))).toBe(join(box.folder, 'srv/Me/l01'));
    const { ino, mtimeMs } = lstatSync(data);
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('owners and rights of code and config stay as they were', async () => {
    chmodSync(join(box.tree, 'locker.js'), 0o666);
    await adopt();
    expect(lstatSync(join(box.paths.current(l01), 'code', 'locker.js')).mode & 0o777).toBe(0o666);
    expect(lstatSync(box.configFile('l01')).mode & 0o777).toBe(0o640);
  });

  test('REVISION says what it is, and lockerd finds nothing amiss', async () => {
    const { code } = await adopt();
    const revision = await readRevision(box, l01, 1);
    expect(revision).toMatchObject({
      release: { id: code?.release, label: code?.label },
      code: { build: 'v7' },
      by: 'local:kim',
    });
    expect(revision?.code.revision).toBe(box.git('rev-parse', 'HEAD').trim());
    expect(await lockerProblems(box, l01)).toEqual([]);
  });

  test('what the kernel mounts in each container is no place where code could be', async () => {
    const config = readFileSync(box.configFile('l01'), 'utf8').replace(/^lxc\.mount\.entry.*\n/m, '');
    const kernel = 'lxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections none bind,optional 0 0\n';
    writeFileSync(box.configFile('l01'), `${config}${kernel}lxc.mount.entry = /srv/app opt/app none bind,ro 0 0\n`);
    await expect(adopt({ only: [l01] })).rejects.toMatchObject({ code: 'BoxUnfit', evidence: ['l01:', '/srv/app'] });
  });

  test('settings that are a checkout come without their .git, wherever it lies', async () => {
    const settings = join(box.folder, 'srv/Config/l01');
    for (const file of ['.git/HEAD', 'plugins/mail/.git', 'plugins/mail/mail.conf']) {
      mkdirSync(dirname(join(settings, file)), { recursive: true });
      writeFileSync(join(settings, file), 'x');
    }
    await adopt();
    const copied = readdirSync(join(box.paths.current(l01), 'config'), { recursive: true, encoding: 'utf8' });
    expect(copied.toSorted()).toEqual(['config.json', 'plugins', 'plugins/mail', 'plugins/mail/mail.conf']);
    expect(existsSync(join(settings, '.git/HEAD'))).toBe(true);
  });

  test('where the service names its places, config and data are found there without being told', async () => {
    const data = join(dirname(box.configFile('l01')), 'rootfs/var/lib/registry');
    mkdirSync(data, { recursive: true });
    const mounts = { code: '/opt/registry', config: '/etc/registry', data: '/var/lib/registry' };
    const settings = join(box.folder, 'srv/Config/l01');
    appendFileSync(box.configFile('l01'), `lxc.mount.entry = ${settings} etc/registry none bind,ro 0 0\n`);
    await adopt({ service: { ...box.request().service, mounts }, only: [l01] });
    expect(readlinkSync(box.paths.me(l01))).toBe(data);
    expect(readFileSync(join(box.paths.current(l01), 'config/config.json'), 'utf8')).toContain('l01');
    expect(await lockerProblems(box, l01)).toEqual([]);
    const lines = readFileSync(box.configFile('l01'), 'utf8').split('\n');
    expect(lines).toContain(`lxc.mount.entry = ${box.paths.me(l01)} var/lib/registry none bind,rw,create=dir 0 0`);
  });

  test('adopted twice is adopted once', async () => {
    await adopt();
    const once = box.snapshot();
    const again = await adopt();
    expect(again.lockers.map(({ kind }) => kind)).toEqual(['already', 'already']);
    expect(box.snapshot()).toEqual(once);
  });

  test('undone, nothing differs from before: not a byte, a right or a time of a config', async () => {
    const before = box.snapshot();
    await adopt();
    await undo();
    const { [`var/locker/lockers`]: _left, [`var/locker/code`]: _empty, [`var/Me`]: _folder, ...after } = box.snapshot();
    expect(after).toEqual(before);
  });

  test('only those named are adopted, the others later', async () => {
    await adopt({ only: [l01] });
    const { lockers } = await adopt();
    expect(lockers.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['l01 already', 'l02 adopt']);
  });

  test('what those answer that are adopted already need not be said again for the others', async () => {
    await adopt({ only: [l01] });
    expect((await adopt({ build: null })).code?.build).toBe('v7');
  });

  test('a tree that is not as committed is copied as it is, and called so', async () => {
    appendFileSync(join(box.tree, 'locker.js'), '// hotfix\n');
    const { code } = await adopt();
    expect(code?.label).toMatch(/-dirty$/);
    expect(code?.changed).toEqual([' M locker.js']);
    expect(readFileSync(join(box.paths.current(l01), 'code/locker.js'), 'utf8')).toContain('hotfix');
  });

  test('a pull while the tree is copied is noticed, and no locker is touched', async () => {
    const pull = (effect: string) => {
      if (effect === 'copy') box.git('commit', '--quiet', '--allow-empty', '--message', 'Newer');
    };
    await expect(adopt({}, pull)).rejects.toMatchObject({ code: 'WorldChanged' });
    expect(existsSync(box.paths.current(l01))).toBe(false);
  });

  test('a config that was edited since is neither adopted nor undone', async () => {
    await adopt();
    appendFileSync(box.configFile('l01'), 'lxc.cap.drop = sys_time\n');
    const plan = await seeAdoption(box, box.request(), box.inventory);
    expect(plan.plan.lockers[0]?.problems).toMatchObject([{ code: 'config-edited' }]);
    const { lockers } = await undo();
    expect(lockers).toMatchObject([
      { name: 'l01', kind: 'can-not' },
      { name: 'l02', kind: 'restore' },
    ]);
    expect(readFileSync(box.configFile('l01'), 'utf8')).toContain('sys_time');
  });

  test('somebody else’s folder where the link would be is a reason to stop', async () => {
    mkdirSync(box.paths.me(l01), { recursive: true });
    const { plan } = await seeAdoption(box, box.request(), box.inventory);
    expect(plan.lockers[0]?.problems).toMatchObject([{ code: 'data-in-the-way' }]);
  });

  test('no room for a copy is said before anything is written', async () => {
    const before = box.snapshot();
    Object.assign(box.config, { minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(adopt()).rejects.toMatchObject({ code: 'DiskFull' });
    const { [`var/locker/code`]: _empty, ...after } = box.snapshot();
    expect(after).toEqual(before);
  });

  test('data that are nowhere to be found are asked for by their flag', async () => {
    const { plan } = await seeAdoption(box, box.request({ me: join(box.folder, 'nowhere/{locker}') }), box.inventory);
    expect(plan.lockers[0]?.problems[0]).toMatchObject({
      code: 'place-missing',
      cure: expect.stringContaining('--me') as string,
    });
  });

  test('containers that the pattern leaves out are told', async () => {
    mkdirSync(join(box.config.lxcPath, 'db'));
    writeFileSync(join(box.config.lxcPath, 'db/config'), '');
    expect((await seeAdoption(box, box.request(), box.inventory)).plan.strangers).toEqual(['db']);
  });

  test.each([
    ['a locker that is not there', { only: [LockerName.parse('l99')] }, 'UnknownLocker'],
    ['code that is no checkout', { code: '/usr/lib' }, 'BoxUnfit'],
  ])('%s is a fault', async (_, wishes, code) => {
    await expect(seeAdoption(box, box.request(wishes), box.inventory)).rejects.toMatchObject({ code });
  });
});

describe('whoever dies half way', () => {
  beforeEach(() => {
    box = anOldBox({ names: ['l01'] });
  });

  test('whatever step an adoption dies at, the next one brings it to the same end', async () => {
    await adopt();
    const whole = box.snapshot();
    let n = 1;
    for (let died = true; died; n += 1) {
      await undo();
      // oxlint-disable-next-line no-loop-func -- each turn is awaited
      died = await diesAt(n, (dying) => adopt({}, dying));
      await adopt();
      expect(withoutTimes(box.snapshot())).toEqual(withoutTimes(whole));
    }
    expect(n).toBeGreaterThan(6);
  });

  test('whatever step an undo dies at, the next one leaves nothing', async () => {
    const before = box.snapshot();
    let n = 1;
    for (let died = true; died; n += 1) {
      await adopt();
      died = await diesAt(n, undo);
      await undo();
      expect(withoutTimes(box.snapshot())).toMatchObject(withoutTimes(before));
      expect(existsSync(join(box.paths.state, 'adoption.json'))).toBe(false);
    }
    expect(n).toBeGreaterThan(5);
  });

  test('an adoption that died half way can be undone', async () => {
    const before = box.snapshot();
    for (let n = 1; await diesAt(n, (dying) => adopt({}, dying)); n += 1) {
      await undo();
      expect(withoutTimes(box.snapshot())).toMatchObject(withoutTimes(before));
    }
  });
});

test('data within the tree are no code: they are neither copied nor moved', async () => {
  box = anOldBox({ nested: true });
  const { lockers } = await adopt();
  expect(lockers.flatMap(({ problems }) => problems)).toEqual([]);
  expect(existsSync(join(box.paths.current(l01), 'code/Me'))).toBe(false);
  expect(readlinkSync(box.paths.me(l01))).toBe(join(box.tree, 'Me/l01'));
  expect(readFileSync(box.configFile('l01'), 'utf8')).toContain('lxc.environment = LOCKER_ME=/Me\n');
});

/** A config is written anew when it is adopted or restored again. */
const withoutTimes = (snapshot: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(snapshot).map(([path, text]) => [path, text.replace(/^(\d+ \d+) [\d.]+ /, '$1 ')]));
