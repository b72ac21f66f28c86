import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockstepHome, makeHome } from '../../embedded/home';
import { logsMain } from '../../starters/logs-main';
import { start } from '../support/cli';
import { commandIo, runMain } from '../support/command';

jest.setTimeout(300_000);

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-logs-'));
  env = { LOCKSTEP_HOME: join(folder, 'home') };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const home = () => lockstepHome(env);
const until = async (holds: () => boolean) => {
  while (!holds()) await sleep(20);
};

test('the last lines of one, plain; of all, each with its name', async () => {
  await makeHome(home());
  await writeFile(home().logFile('temporal'), 's1\ns2\ns3\n');
  await writeFile(home().logFile('worker'), 'w1\nw2\n');
  expect(await runMain(logsMain, ['server', '--lines', '2'], env)).toEqual({ code: 0, stdout: 's2\ns3\n', stderr: '' });
  expect((await runMain(logsMain, ['-n', '1'], env)).stdout).toBe('server | s3\nworker | w2\n');
});

test('where there is no log that is said, and is no failure', async () => {
  expect(await runMain(logsMain, ['worker'], env)).toEqual({
    code: 0,
    stdout: '',
    stderr: 'There is no log of the worker yet.\n',
  });
});

test('--follow shows what comes, of a log too that is not there yet, until Ctrl-C', async () => {
  await makeHome(home());
  await writeFile(home().logFile('worker'), 'w1\nw2\n');
  const { io, said, interrupt } = commandIo(env);
  const ended = logsMain(['--follow', '--lines', '1'], io);
  await until(() => said.stdout.includes('worker | w2\n'));
  await appendFile(home().logFile('worker'), 'w3\n');
  await writeFile(home().logFile('temporal'), 's1\n');
  await until(() => said.stdout.includes('w3\n') && said.stdout.includes('s1\n'));
  interrupt();
  expect(await ended).toBe(130);
  expect(said.stdout.split('\n').toSorted()).toEqual(['', 'server | s1', 'worker | w2', 'worker | w3']);
});

test('Ctrl-C ends the real command with 130 and no word', async () => {
  await makeHome(home());
  await writeFile(home().logFile('worker'), '{"line":1}\n');
  const running = start('logs', ['worker', '--follow'], env);
  await running.until(({ line }) => line === 1);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130, stdout: '{"line":1}\n', stderr: '' });
});

test.each([
  ['a log that is none', ['nonsense'], /Allowed choices are server, worker, sandbox/],
  ['lines that are no number', ['--lines', 'many'], /whole number/],
  ['a flag that is none', ['--all'], /unknown option '--all'/],
])('%s is a usage error', async (_, argv, says) => {
  const { code, stderr } = await runMain(logsMain, argv, env);
  expect(code).toBe(2);
  expect(stderr).toMatch(says);
});
