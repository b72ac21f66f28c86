import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../box/bundle';
import { COMMANDS } from '../../box/lockerctl';
import * as lxc from '../../box/lxc/commands';
import { parseConfigAddress, parseInfo, parseStarted, parseStartTime } from '../../box/lxc/parse';
import { wrapperScripts } from '../../box/wrappers';
import type { LockerName } from '../../domain/model/ids';

const ada = 'ada' as LockerName;
let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lockstep it's "));
  bundle = join(folder, 'lockstep-box.cjs');
  await writeBundle(bundle);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (...argv: string[]) => spawnSync(process.execPath, [bundle, ...argv], { encoding: 'utf8' });

test('the halt signal is sent by -W alone: nothing that would send it again or kill', () => {
  expect(lxc.signalStop('/lxc', ada)).toEqual(['lxc-stop', '-P', '/lxc', '-n', 'ada', '-W']);
});

test('lxc-info is read with and without a process', () => {
  expect(parseInfo('State:          RUNNING\nPID:            17094\n')).toEqual({
    state: 'running',
    word: 'RUNNING',
    pid: 17094,
  });
  expect(parseInfo('State:          STOPPED\n')).toEqual({ state: 'stopped', word: 'STOPPED', pid: null });
  expect(parseInfo('State:          STARTING\n')).toEqual({ state: 'other', word: 'STARTING', pid: null });
});

test('the start time is found behind a name with spaces and brackets; a zombie has none', () => {
  const rest = `1 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 1`;
  expect(parseStartTime(`12 (no) de (x) S ${rest}`)).toBe('987654');
  expect(parseStartTime(`12 (node) Z ${rest}`)).toBeNull();
  expect(parseStartTime('')).toBeNull();
});

test('the init that was started is read of LXC’s log', () => {
  const log = 'lxc-start ada 20261121 NOTICE   start - start.c:post_start:2205 - Started "/usr/bin/node" with pid "1234"\n';
  expect(parseStarted(log)).toBe(1234);
  expect(parseStarted('lxc-start ada 20261121 NOTICE   start - start.c:start:2198 - Exec\'ing "/usr/bin/node"\n')).toBeNull();
});

test('the address comes without its prefix length', () => {
  expect(parseConfigAddress('lxc.net.0.ipv4.address = 10.0.3.5/24\n')).toBe('10.0.3.5');
  expect(parseConfigAddress('lxc.net.0.type = veth\n')).toBeNull();
});

test.each(Object.keys(COMMANDS))('%s has a --help that ends with 0 and needs no box', (name) => {
  const { status, stdout } = run(name, '--help');
  expect(status).toBe(0);
  expect(stdout).toContain('Exit codes: 0');
});

test('wrong use ends with 2, and a missing box.json with 1 and what to do', () => {
  expect(run('explode').status).toBe(2);
  expect(run('stop-all', '--nonsense').status).toBe(2);
  const missing = run('--config', '/nowhere/box.json', 'status');
  expect(missing.status).toBe(1);
  expect(missing.stderr).toContain('--config FILE');
});

test('the wrappers are shell scripts that survive any path and hand their arguments on', () => {
  const scripts = wrapperScripts({ node: process.execPath, bundle, configFile: join(folder, 'box.json') });
  expect(scripts.map(({ name }) => name)).toEqual(['lockerctl', 'lxc-stop-all', 'update-code', 'lxc-start-all']);
  for (const { name, text } of scripts) writeFileSync(join(folder, name), text, { mode: 0o755 });
  const help = spawnSync(join(folder, 'lxc-stop-all'), ['--help'], { encoding: 'utf8' });
  expect(help.stdout).toContain('Usage: lxc-stop-all');
});
