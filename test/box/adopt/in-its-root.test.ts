/** Containers that mount nothing: code, settings and data of each lie in its own root folder. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { adoptLockers } from '../../../box/adopt/adopt-lockers';
import { seeAdoption } from '../../../box/adopt/see-adoption';
import { lockerProblems } from '../../../box/inspect/preflight';
import { currentVersion } from '../../../box/release/versions';
import type { AdoptRequest } from '../../../domain/adopt/adoption';
import { LockerName } from '../../../domain/model/ids';
import { anOldBox } from './old-box';
import type { OldBox } from './old-box';

const [l01, l02] = ['l01', 'l02'].map((name) => LockerName.parse(name)) as [LockerName, LockerName];

let box: OldBox;
beforeEach(() => {
  box = anOldBox();
  for (const name of [l01, l02]) {
    writeFileSync(
      box.configFile(name),
      `lxc.uts.name = ${name}\nlxc.rootfs.path = dir:${rootOf(name)}\nlxc.signal.halt = SIGTERM\n`,
    );
    put(name, 'opt/registry/cli.js', '1\n');
    put(name, 'etc/registry/env', `OWNER=${name}\n`);
    put(name, 'var/lib/registry/data', `of ${name}\n`);
  }
});
afterEach(() => box.remove());

const rootOf = (name: string) => join(dirname(box.configFile(name)), 'rootfs');
function put(name: string, path: string, text: string): void {
  mkdirSync(dirname(join(rootOf(name), path)), { recursive: true });
  writeFileSync(join(rootOf(name), path), text);
}
function request(more: Partial<AdoptRequest> = {}): AdoptRequest {
  const within = (path: string) => join(box.config.lxcPath, '{locker}/rootfs', path);
  return box.request({
    code: within('opt/registry'),
    config: within('etc/registry'),
    me: within('var/lib/registry'),
    build: null,
    ...more,
  });
}
async function adopt(asked: AdoptRequest) {
  const adoption = await seeAdoption(box, asked, box.inventory);
  await adoptLockers(box, { request: asked, adoption, by: 'local:kim', progress: () => {} });
  return adoption.plan;
}

test('all are adopted by one run, on one copy of what they all have', async () => {
  const { code, lockers } = await adopt(request());
  expect(lockers.flatMap(({ problems }) => problems)).toEqual([]);
  expect(code).toMatchObject({ checkout: false, named: true });
  for (const name of [l01, l02]) {
    const current = box.paths.current(name);
    expect(await currentVersion(box, name)).toBe(1);
    expect(readFileSync(join(current, 'code/cli.js'), 'utf8')).toBe('1\n');
    expect(readFileSync(join(current, 'config/env'), 'utf8')).toBe(`OWNER=${name}\n`);
    expect(readFileSync(join(box.paths.me(name), 'data'), 'utf8')).toBe(`of ${name}\n`);
    // Where its service looks for them.
    expect(readFileSync(box.configFile(name), 'utf8')).toMatch(/ opt\/registry none bind,ro.* etc\/registry none bind,ro/s);
    expect(await lockerProblems(box, name)).toEqual([]);
  }
});

test('one that has other code is named, and adopted by itself', async () => {
  put(l02, 'opt/registry/cli.js', '2\n');
  await expect(adopt(request())).rejects.toMatchObject({
    code: 'BoxUnfit',
    message: expect.stringContaining('do not all run the same code'),
  });
  expect(existsSync(box.paths.current(l01))).toBe(false);
  await adopt(request({ only: [l01] }));
  await adopt(request({ only: [l02] }));
  expect(readFileSync(join(box.paths.current(l02), 'code/cli.js'), 'utf8')).toBe('2\n');
});

test('a link that leads out of it is refused: whoever is root in there may have laid it', async () => {
  symlinkSync(join(box.folder, 'srv'), join(rootOf(l01), 'opt/link'));
  const asked = request({ code: join(box.config.lxcPath, '{locker}/rootfs/opt/link'), only: [l01] });
  const { plan } = await seeAdoption(box, asked, box.inventory);
  expect(plan.lockers[0]?.problems).toMatchObject([{ code: 'place-not-seen' }]);
});
