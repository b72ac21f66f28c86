import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from '../../../box/inspect/inspect';
import { switchTo } from '../../../box/release/versions';
import type { LockerName } from '../../../domain/model/ids';
import { SecretPath } from '../../../domain/model/service';
import type { StageTarget } from '../../../domain/protocol/verbs';
import { EMPTY_STATE } from '../support/empty-state';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
beforeEach(() => {
  here = stagedBox();
  here.code.commit({ 'locker.js': 'run()' });
  here.settings.commit({ 'templates/config.json': '{"locker": "{{locker}}"}' });
});
afterEach(() => here.remove());

const withSecrets = async (...secrets: string[]): Promise<StageTarget> => {
  const target = await here.targetOf();
  return { ...target, service: { ...target.service, secrets } };
};
function lay(file: string, text: string, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, mode);
}
const places = () => here.box.paths;
const configFile = (locker: LockerName, version: number, path: string) => join(places().version(locker, version), 'config', path);
const nth = (index: number) => here.names[index] as LockerName;
const L01 = () => nth(0);
const L02 = () => nth(1);

test('a locker gets its own secret, the others that of all, with the rights that it has on the box', async () => {
  lay(places().secretOfAll('keys/apikeys.json'), '{"key":"all"}', 0o640);
  lay(places().secretOf(L01(), 'keys/apikeys.json'), '{"key":"l01"}', 0o600);
  await here.stage(await withSecrets('keys/apikeys.json'));
  expect(readFileSync(configFile(L01(), 1, 'keys/apikeys.json'), 'utf8')).toBe('{"key":"l01"}');
  expect(readFileSync(configFile(L02(), 1, 'keys/apikeys.json'), 'utf8')).toBe('{"key":"all"}');
  expect(statSync(configFile(L01(), 1, 'keys/apikeys.json')).mode & 0o777).toBe(0o600);
  expect(statSync(configFile(L02(), 1, 'keys/apikeys.json')).mode & 0o777).toBe(0o640);
});

test('another content is another version of that locker alone; the same one is not', async () => {
  lay(places().secretOfAll('apikeys.json'), 'one');
  const target = await withSecrets('apikeys.json');
  await here.stage(target);
  expect((await here.stage(target)).versions.map(({ version }) => version)).toEqual([1, 1]);
  lay(places().secretOf(L02(), 'apikeys.json'), 'two');
  expect((await here.stage(target)).versions.map(({ version }) => version)).toEqual([1, 2]);
});

test('its content is nowhere but in the file', async () => {
  lay(places().secretOfAll('apikeys.json'), 'zanzibar');
  const target = await withSecrets('apikeys.json');
  const staged = await here.stage(target);
  const inventory = await inspect(here.box, EMPTY_STATE, { target });
  const revision = readFileSync(join(places().version(L01(), 1), 'REVISION'), 'utf8');
  expect(JSON.stringify([staged, inventory]) + revision + readFileSync(places().lastStage, 'utf8')).not.toContain('zanzibar');
});

test('SecretMissing names both places, and nothing is staged', async () => {
  const target = await withSecrets('apikeys.json');
  const missing = {
    code: 'SecretMissing',
    evidence: [expect.stringContaining('/secrets/lockers/l01/'), expect.stringContaining('/secrets/all/')],
  };
  await expect(inspect(here.box, EMPTY_STATE, { target })).rejects.toMatchObject(missing);
  await expect(here.stage(target)).rejects.toMatchObject(missing);
  expect(existsSync(places().versions(L01()))).toBe(false);
});

test('a folder, or a file that the config repository makes too, is refused', async () => {
  mkdirSync(places().secretOfAll('apikeys.json'), { recursive: true });
  await expect(here.stage(await withSecrets('apikeys.json'))).rejects.toMatchObject({
    code: 'SecretMissing',
    evidence: ['no plain file'],
  });
  lay(places().secretOfAll('config.json'), '{}');
  await expect(here.stage(await withSecrets('config.json'))).rejects.toMatchObject({ code: 'TemplateInvalid' });
});

test('what /Config has and the next release does not make is told, locker by locker', async () => {
  await here.stage(await here.targetOf());
  for (const locker of here.names) await switchTo(here.box, locker, 1);
  lay(configFile(L02(), 1, 'apikeys.json'), 'by hand');
  // As adoptions of before copied a checkout's.
  lay(configFile(L02(), 1, '.git/objects/ab'), 'nothing that anybody reads');
  const gone = async (target: StageTarget) =>
    (await inspect(here.box, EMPTY_STATE, { target })).lockers.map(({ goneConfig }) => goneConfig);
  expect(await gone(await here.targetOf())).toEqual([[], ['apikeys.json']]);
  lay(places().secretOfAll('apikeys.json'), 'kept');
  expect(await gone(await withSecrets('apikeys.json'))).toEqual([[], []]);
});

test.each(['apikeys.json', 'keys/a.json', '.netrc', 'a..b'])('%s is a path of a secret', (path) => {
  expect(SecretPath.safeParse(path).success).toBe(true);
});
test.each(['/etc/passwd', '../x', 'a/../b', 'a/..', './a', 'a//b', 'a/', '', 'a b'])('%p is none', (path) => {
  expect(SecretPath.safeParse(path).success).toBe(false);
});
