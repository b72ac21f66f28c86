import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordOf } from '../../box/journal/state';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { readLastStage, writeLastStage } from '../../box/release/last-stage';
import { currentVersion } from '../../box/release/versions';
import { UsageError, parseArguments } from '../../box/scripts/arguments';
import { startAll } from '../../box/scripts/start-all';
import { stopAll } from '../../box/scripts/stop-all';
import { updateCode } from '../../box/scripts/update-code';
import type { LockerName } from '../../domain/model/ids';
import { aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';
import { aService } from './support/locker-service';
import type { LockerService } from './support/locker-service';

const ada = 'ada' as LockerName;
const ben = 'ben' as LockerName;
let box: FakeBox;
let service: LockerService;
let running: RunningDaemon;

function aRepo(name: string, files: Record<string, string>): string {
  const folder = join(box.folder, name);
  execFileSync('git', ['init', '-q', '-b', 'main', folder]);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  execFileSync('git', ['-C', folder, 'add', '.']);
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-q', '-m', 'Add it']);
  return folder;
}

beforeEach(async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  box = aBox(['ada', 'ben']);
  service = await aService(box);
  const last = await readLastStage(box);
  if (!last) throw new Error('no stage');
  const code = { repo: aRepo('code', { 'locker.js': '1' }), ref: 'main' };
  const config = { repo: aRepo('config', { 'README.md': 'no templates yet' }), ref: 'main' };
  await writeLastStage(box, { ...last, target: { ...last.target, service: { ...last.target.service, code, config } } });
  Object.assign(box.lxc.locker('ben'), { state: 'stopped', init: null });
  running = await startDaemon(box);
});
afterEach(async () => {
  jest.restoreAllMocks();
  service.close();
  await running.close();
  box.remove();
});
const here = () => ({ configFile: '', config: box.config });
const next = (name: LockerName) => recordOf(running.daemon.journal.state(), name).next;

test('update-code switches what is stopped, leaves what runs until its next deliberate start, and writes the build number', async () => {
  expect(await updateCode(here(), parseArguments([], ['force']))).toBe(0);
  expect([await currentVersion(box, ada), next(ada)]).toEqual([1, 3]);
  expect([await currentVersion(box, ben), next(ben)]).toEqual([3, null]);
  expect(readFileSync(box.paths.build, 'utf8')).toMatch(/^1-g[0-9a-f]{12}\n$/);
  expect(await stopAll(here(), parseArguments([], ['force']))).toBe(0);
  // Whatever else the machine does just now.
  expect(await startAll(here(), parseArguments(['--cpu-pressure', '100'], ['force', 'cpu-pressure']))).toBe(0);
  expect([await currentVersion(box, ada), next(ada)]).toEqual([3, null]);
  expect(box.lxc.locker('ada')).toMatchObject({ state: 'running', signals: ['TERM'], starts: 1 });
  expect(box.lxc.locker('ben')).toMatchObject({ state: 'stopped', starts: 0 });
  expect(running.daemon.journal.state().lease).toBeNull();
});

test('a ref that does not exist changes nothing and gives the box back', async () => {
  await expect(updateCode(here(), parseArguments(['no-such-branch'], ['force']))).rejects.toMatchObject({ code: 'RefUnknown' });
  expect([await currentVersion(box, ada), next(ada)]).toEqual([1, null]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(running.daemon.journal.state().lease).toBeNull();
});

test.each([['--upload-pack=touch'], ['a..b'], ["it's"], ['a\nb']])('%j is no ref', async (ref) => {
  const given = async () => updateCode(here(), parseArguments(['--', ref], ['force']));
  await expect(given()).rejects.toThrow(UsageError);
});
