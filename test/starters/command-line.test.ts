/** What the commands say and how they exit when the command line or the fleet file is wrong. Nothing is started by any of it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { EXIT } from '../../starters/exit-codes';
import type { Io, Main } from '../../starters/io';
import { lockstepMain } from '../../starters/lockstep-main';
import { startRolloutMain } from '../../starters/start-rollout-main';
import { VERBS } from '../../starters/verbs/verbs';

const FLEET = `version: 1
services:
  locker: { code: {repo: /x, ref: stable}, config: {repo: /y, ref: stable}, port: 8042, probe: {path: /health} }
boxes:
  lxc12: { service: locker, ssh: {host: 192.0.2.1} }
`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-cli-'));
  writeFileSync(join(folder, 'fleet.yaml'), FLEET);
});
afterEach(() => {
  // A wrong command line starts nothing and leaves nothing.
  expect(existsSync(join(folder, 'home'))).toBe(false);
  rmSync(folder, { recursive: true, force: true });
});

async function run(main: Main, argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  const env = { LOCKSTEP_HOME: join(folder, 'home'), LOCKSTEP_FLEET: join(folder, 'fleet.yaml'), HOME: folder };
  const io: Io = {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: new PassThrough(),
    env,
    interrupted: new AbortController().signal,
  };
  const code = await main(argv, io);
  return { code, stdout, stderr };
}
const start = (...argv: string[]) => run(startRolloutMain, argv);
const lockstep = (...argv: string[]) => run(lockstepMain, argv);

test.each([
  ['no box', [], /required option '--box <name>'/],
  ['an unknown flag', ['--box', 'lxc12', '--fast'], /unknown option '--fast'/],
  ['a box that is not in the fleet', ['--box', 'lxc13'], /There is no box "lxc13".*did you mean lxc12\?/],
  ['a box with quotes and a newline', ['--box', 'a\'b"\nc'], /There is no box "a'b\\"\\nc"/],
  ['--max-down 0', ['--box', 'lxc12', '--max-down', '0'], /--max-down "0" can not be used/],
  ['--batches of nothing', ['--box', 'lxc12', '--batches', '1,,2'], /--batches "1,,2" can not be used/],
  ['--gate of an unknown word', ['--box', 'lxc12', '--gate', 'sometimes'], /--gate "sometimes" can not be used/],
  ['a ref like an option', ['--box', 'lxc12', '--ref=-x'], /--ref "-x" can not be used/],
  ['no fleet file', ['--box', 'lxc12', '--fleet', '/nowhere/fleet.yaml'], /There is no fleet file at \/nowhere\/fleet.yaml/],
  ['no terminal to ask on', ['--box', 'lxc12'], /asks before it starts, and there is no terminal[\s\S]*--yes/],
])('start-rollout with %s is a usage error', async (_, argv, says) => {
  const { code, stdout, stderr } = await start(...argv);
  expect(stderr).toMatch(says);
  expect(stderr).toContain('→ ');
  expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
});

test('a malformed fleet file is named with line and column', async () => {
  writeFileSync(join(folder, 'fleet.yaml'), FLEET.replace('port: 8042', 'port: eighty'));
  const { code, stderr } = await start('--box', 'lxc12');
  expect(stderr).toMatch(/fleet\.yaml:3:\d+ /);
  expect(code).toBe(EXIT.usage);
});

test.each([
  ['PolicyInvalid', ['--box', 'lxc12', '--max-down', '0', '--json']],
  ['UnknownBox', ['--box', 'x', '--json']],
  ['ConfirmationNeeded', ['--box', 'lxc12', '--json']],
  ['Usage', ['--json']],
])('with --json an error is one object: %s', async (errorCode, argv) => {
  const { code, stdout, stderr } = await start(...argv);
  expect(JSON.parse(stdout)).toEqual({
    kind: 'error',
    code: errorCode,
    sentence: expect.any(String),
    cure: expect.stringMatching(/\S/),
    evidence: expect.any(Array),
  });
  expect({ code, stderr }).toEqual({ code: EXIT.usage, stderr: '' });
});

test('an unknown verb is told with the nearest one', async () => {
  const { code, stderr } = await lockstep('aprove', '--box', 'lxc12');
  expect(stderr).toMatch(/There is no verb "aprove" \(did you mean approve\?\)/);
  expect(code).toBe(EXIT.usage);
});

test('help is data and no error, for each verb too', async () => {
  expect(await lockstep('--help')).toMatchObject({ code: EXIT.done, stderr: '' });
  for (const { name, summary } of VERBS) {
    const { code, stdout } = await lockstep(name, '--help');
    expect(stdout.toLowerCase()).toContain(summary.split(/[,;]/)[0]?.toLowerCase() ?? summary);
    expect({ name, code, json: stdout.includes('--json') }).toEqual({ name, code: EXIT.done, json: true });
  }
});

test('where nothing was ever started, nothing is started to say that no rollout runs', async () => {
  for (const verb of ['status', 'watch', 'approve', 'reject', 'pause', 'resume', 'abort']) {
    const { code, stderr } = await lockstep(verb, '--box', 'lxc12');
    expect(stderr).toContain('No rollout runs on lxc12.');
    expect(code).toBe(EXIT.failed);
  }
  expect(await lockstep('history', '--box', 'lxc12')).toMatchObject({ code: EXIT.done, stdout: 'lxc12: no rollout yet\n' });
});

test('a box is not released without a yes: away from a terminal that is --yes', async () => {
  const { code, stderr } = await lockstep('release-box', '--box', 'lxc12');
  expect(stderr).toMatch(/release of lxc12 asks before it takes the box[^]*--yes/);
  expect(code).toBe(EXIT.usage);
});

test('approve with a batch that is no number is a usage error', async () => {
  expect(await lockstep('approve', '--box', 'lxc12', '--batch', 'two')).toMatchObject({ code: EXIT.usage });
});
