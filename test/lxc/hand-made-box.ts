/**
 * A box of real LXC containers made by hand: empty rootfs, bind mounts, a bridge of its own, two
 * versions of a small locker that writes what happens to it into its owner's data. lockerd is the
 * real bundle in a process of its own.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../box/bundle';
import { boxPaths } from '../../box/paths';
import type { BoxPaths } from '../../box/paths';
import { writeLastStage } from '../../box/release/last-stage';
import type { LockerName } from '../../domain/model/ids';
import { BoxConfig } from '../../domain/protocol/box-config';
import { StageTarget } from '../../domain/protocol/verbs';

const LOCKER = `
const fs = require('node:fs');
const http = require('node:http');
const settings = JSON.parse(fs.readFileSync('/Config/config.json', 'utf8'));
const note = (line) => fs.appendFileSync('/Me/boot.log', line + '\\n');
note('start ' + settings.build);
if (settings.crash) throw new Error('no such module: left-pad');
let idle = false;
const end = () => { note('end'); process.exit(0); };
process.on('SIGTERM', () => { note('TERM'); if (!settings.deaf) setTimeout(end, settings.stopMs ?? 0); });
http.createServer((request, response) => {
  if (request.method === 'POST') note(request.url);
  if (request.url === '/quiesce') setTimeout(() => { idle = true; }, 200);
  const body = request.url === '/idle' ? { idle } : { build: settings.reports ?? settings.build };
  response.end(JSON.stringify(body));
}).listen(8042);
`;

export const BUILDS = [`1-g${'1'.repeat(12)}`, `2-g${'2'.repeat(12)}`] as const;
export const RELEASES = ['r000000000001', 'r000000000002'] as const;
const CODES = ['c000000000001', 'c000000000002'] as const;

export interface HandMadeBox {
  readonly config: BoxConfig;
  readonly paths: BoxPaths;
  /** What the locker itself wrote down. */
  bootLog(name: string): string[];
  /** Its own answer. */
  build(name: string): Promise<string | null>;
  state(name: string): string;
  /** Settings of one version's config, before it starts. */
  settings(name: string, version: number, settings: object): void;
  /** One of the scripts, as on the box. */
  script(...argv: string[]): { code: number | null; stdout: string; stderr: string };
  /** Through the relay, as SSH's forced command does; returns when it answers. */
  startLockerd(): Promise<void>;
  killLockerd(): void;
  remove(): void;
}

export async function aHandMadeBox(names: readonly string[]): Promise<HandMadeBox> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-lxc-'));
  const net = 2 + (process.pid % 250);
  const bridge = `lsb${process.pid % 100_000}`;
  execFileSync('ip', ['link', 'add', bridge, 'type', 'bridge']);
  execFileSync('ip', ['addr', 'add', `10.213.${net}.1/24`, 'dev', bridge]);
  execFileSync('ip', ['link', 'set', bridge, 'up']);
  const config = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(folder, 'locker'),
    data: join(folder, 'Me'),
    lxcPath: join(folder, 'lxc'),
    socket: join(folder, 'lockerd.sock'),
    log: join(folder, 'lockerd.log'),
  });
  const paths = boxPaths(config);
  const address = (name: string) => `10.213.${net}.${10 + names.indexOf(name)}`;
  makeCode(paths);
  mkdirSync(paths.state, { recursive: true });
  for (const name of names) makeLocker({ folder, config, paths, bridge }, name as LockerName, address(name));
  await writeLastStage({ paths }, { target: TARGET, at: new Date().toISOString() });
  const bundle = join(folder, 'lockstep-box.cjs');
  await writeBundle(bundle);
  const configFile = join(folder, 'box.json');
  writeFileSync(configFile, JSON.stringify(config));
  const lxc = (command: string, name: string, ...more: string[]) =>
    spawnSync(command, ['-P', config.lxcPath, '-n', name, ...more], { encoding: 'utf8' }).stdout.trim();
  const killLockerd = () => {
    if (existsSync(paths.pid)) process.kill(Number(readFileSync(paths.pid, 'utf8')), 'SIGKILL');
    rmSync(paths.pid, { force: true });
  };
  return {
    config,
    paths,
    bootLog: (name) => {
      const file = join(paths.me(name as LockerName), 'boot.log');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    },
    build: (name) => askBuild(address(name)),
    state: (name) => lxc('lxc-info', name, '-s', '-H'),
    settings: (name, version, settings) => {
      const file = join(paths.version(name as LockerName, version), 'config', 'config.json');
      writeFileSync(file, JSON.stringify({ build: BUILDS[version - 1], ...settings }));
    },
    script: (...argv) => {
      const ran = spawnSync(process.execPath, [bundle, '--config', configFile, ...argv], { encoding: 'utf8', timeout: 60_000 });
      return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
    },
    startLockerd: () => relayOnce(bundle, configFile),
    killLockerd,
    remove: () => {
      killLockerd();
      for (const name of names) lxc('lxc-stop', name, '-k');
      spawnSync('ip', ['link', 'del', bridge]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function relayOnce(bundle: string, configFile: string): Promise<void> {
  const relay = spawn(process.execPath, [bundle, '--config', configFile, 'relay'], { stdio: ['pipe', 'pipe', 'inherit'] });
  relay.stdin.write(`${JSON.stringify({ hello: { protocol: 1, client: 'test' } })}\n`);
  return new Promise((resolve, reject) => {
    relay.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
    relay.stdout.once('data', () => {
      // As when the SSH connection ends: lockerd must not mind.
      relay.kill('SIGKILL');
      resolve();
    });
  });
}

async function askBuild(address: string): Promise<string | null> {
  const answer = await fetch(`http://${address}:8042/core/revision`, { signal: AbortSignal.timeout(1_000) }).catch(() => null);
  return answer ? ((await answer.json()) as { build: string }).build : null;
}

function makeCode(paths: BoxPaths): void {
  for (const code of CODES) {
    mkdirSync(join(paths.codeRoot, code), { recursive: true });
    writeFileSync(join(paths.codeRoot, code, 'locker.js'), LOCKER);
  }
}

interface Making {
  readonly folder: string;
  readonly config: BoxConfig;
  readonly paths: BoxPaths;
  readonly bridge: string;
}

const bind = (from: string, to: string, how: string) => `lxc.mount.entry = ${from} ${to} none bind,${how} 0 0`;

function makeLocker({ folder, config, paths, bridge }: Making, name: LockerName, address: string): void {
  const rootfs = join(folder, 'rootfs', name);
  for (const place of ['bin', 'sbin', 'lib', 'lib64', 'usr', 'proc', 'sys', 'dev', 'code', 'Config', 'Me'])
    mkdirSync(join(rootfs, place), { recursive: true });
  mkdirSync(paths.me(name), { recursive: true });
  for (const version of [1, 2]) makeVersion(paths, name, version);
  symlinkSync('versions/1', paths.current(name));
  mkdirSync(join(config.lxcPath, name), { recursive: true });
  const lines = [
    `lxc.uts.name = ${name}`,
    `lxc.rootfs.path = dir:${rootfs}`,
    ...['bin', 'sbin', 'lib', 'lib64', 'usr'].map((place) => bind(`/${place}`, place, 'ro')),
    bind(`${paths.current(name)}/code`, 'code', 'ro'),
    bind(`${paths.current(name)}/config`, 'Config', 'ro'),
    bind(paths.me(name), 'Me', 'rw'),
    'lxc.mount.auto = proc:mixed sys:ro cgroup:mixed',
    'lxc.apparmor.profile = unconfined',
    'lxc.signal.halt = SIGTERM',
    'lxc.net.0.type = veth',
    `lxc.net.0.link = ${bridge}`,
    'lxc.net.0.flags = up',
    `lxc.net.0.ipv4.address = ${address}/24`,
    `lxc.init.cmd = ${process.execPath} /code/locker.js`,
  ];
  writeFileSync(paths.lxcConfig(name), `${lines.join('\n')}\n`);
}

function makeVersion(paths: BoxPaths, name: LockerName, version: number): void {
  const folder = paths.version(name, version);
  const code = CODES[version - 1] as string;
  const build = BUILDS[version - 1] as string;
  mkdirSync(join(folder, 'config'), { recursive: true });
  writeFileSync(join(folder, 'config', 'config.json'), JSON.stringify({ build }));
  symlinkSync(`../../../../code/${code}`, join(folder, 'code'));
  const revision = {
    format: 1,
    version,
    release: { id: RELEASES[version - 1], label: `stable-${version}` },
    service: 'locker',
    code: { id: code, revision: String(version).repeat(40), build },
    config: { revision: 'a'.repeat(40), digest: 'b'.repeat(64) },
    at: new Date().toISOString(),
    by: 'test',
  };
  writeFileSync(join(folder, 'REVISION'), JSON.stringify(revision));
}

const TARGET = StageTarget.parse({
  release: {
    id: RELEASES[1],
    label: 'stable-2',
    service: 'locker',
    code: { id: CODES[1], revision: '2'.repeat(40), build: BUILDS[1] },
    config: { revision: 'a'.repeat(40) },
  },
  service: {
    name: 'locker',
    code: { repo: '/nowhere/code.git', ref: 'stable' },
    config: { repo: '/nowhere/config.git', ref: 'main' },
    port: 8042,
    probe: { path: '/ping', timeoutMs: 1_000, intervalMs: 100 },
    revisionPath: '/core/revision',
    drain: { kind: 'http', begin: '/quiesce', undo: '/resume', idle: '/idle' },
  },
  values: {},
  lockerValues: {},
});
