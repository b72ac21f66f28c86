/**
 * Whole rollouts over ways that only ssh's own configuration knows: included files and a chain of jump hosts, a
 * ProxyCommand, known_hosts with hashed names and a port, an agent full of keys, a user certificate by the system's ssh.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { makeKey, startSshd } from '../support/loopback-sshd';
import { startTcpProxy } from '../support/tcp-proxy';

jest.setTimeout(240_000);

/** The way is what is shown here; what a rollout does on it is shown elsewhere. */
const POLICY = { verify: { stable: '1s', goodProbes: 1 }, soak: { canary: '0s' }, gates: 'none' };

let here: Installation;
let config: string;
const cleanUp: (() => unknown)[] = [];
beforeAll(async () => {
  here = await anInstallation({ lockers: 1, policy: POLICY });
  config = join(here.sandbox.dir, 'ways.conf');
});
afterAll(async () => {
  await here?.close();
  for (const end of cleanUp.splice(0)) await end();
});

/** Of the box's sshd. */
async function addressOfBox(): Promise<string> {
  const [, address] = /^\s*HostName (\S+)$/m.exec(await readFile(here.sandbox.layout.sshConfig, 'utf8')) ?? [];
  if (address === undefined) throw new Error('the sandbox says no HostName');
  return address;
}

/** The rollouts' key opens nothing but the relay; the admin's may forward. */
async function block(name: string, ...more: readonly string[]): Promise<string> {
  const { knownHosts } = here.sandbox.layout;
  const lines = [`HostName ${await addressOfBox()}`, 'User root', `UserKnownHostsFile ${knownHosts}`, ...more];
  return [`Host ${name}`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** Where a keyword stands twice, ssh takes the first: what a way says of itself goes before. */
async function rollsOver(ssh: Record<string, string>): Promise<void> {
  const { fleetFile, lockers } = here.sandbox;
  const fleet = parse(await readFile(fleetFile, 'utf8')) as { boxes: Record<string, { ssh: unknown }> };
  for (const box of Object.values(fleet.boxes)) box.ssh = { config, ...ssh };
  await writeFile(fleetFile, stringify(fleet));
  const boots = async () => (await here.sandbox.bootLog(lockers[0] as string)).filter(({ event }) => event === 'boot').length;
  const before = await boots();
  const ended = await here.rollout('--force-same');
  expect(ended.stderr).not.toContain('Error');
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { planned: 1, updated: 1 } });
  expect(await boots()).toBe(before + 1);
}

test('an included file and a chain of jump hosts', async () => {
  const { key, adminKey } = here.sandbox.layout;
  const included = join(here.sandbox.dir, 'more.conf');
  const hosts = await Promise.all([
    block('gate', `IdentityFile ${adminKey}`),
    block('inner', `IdentityFile ${adminKey}`),
    block('jumped', `IdentityFile ${key}`, 'ProxyJump gate,inner'),
  ]);
  await writeFile(included, hosts.join(''));
  await writeFile(config, `Include ${included}\n`);
  await rollsOver({ host: 'jumped' });
});

test('a ProxyCommand', async () => {
  const { key, adminKey } = here.sandbox.layout;
  const way = `ProxyCommand ssh -F ${config} -W %h:%p gate`;
  await writeFile(
    config,
    (await block('gate', `IdentityFile ${adminKey}`)) + (await block('proxied', `IdentityFile ${key}`, way)),
  );
  await rollsOver({ host: 'proxied' });
});

test('known_hosts with hashed names, for a port of its own', async () => {
  const { key, knownHosts, dir } = here.sandbox.layout;
  const proxy = await startTcpProxy(22, await addressOfBox());
  cleanUp.push(() => proxy.stop());
  const hashed = join(dir, 'known_hashed');
  const [, type, blob] = (await readFile(knownHosts, 'utf8')).trim().split(' ');
  await writeFile(hashed, `[127.0.0.1]:${proxy.port} ${type} ${blob}\n`);
  execFileSync('ssh-keygen', ['-H', '-f', hashed], { stdio: 'ignore' });
  expect(await readFile(hashed, 'utf8')).toMatch(/^\|1\|/);
  const lines = [`HostName 127.0.0.1`, `Port ${proxy.port}`, 'User root', `IdentityFile ${key}`, `UserKnownHostsFile ${hashed}`];
  await writeFile(config, ['Host hashed', ...lines, ''].join('\n  '));
  await rollsOver({ host: 'hashed' });
  expect(proxy.taken()).toBeGreaterThan(0);
});

test('an agent with nine keys, of which one is named by its public half', async () => {
  const { key, dir } = here.sandbox.layout;
  const socket = join(dir, 'agent.sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  cleanUp.push(() => agent.kill());
  while (!existsSync(socket)) await sleep(20);
  const strangers = Array.from({ length: 8 }, (_, index) => makeKey(join(dir, `stranger-${index}`)));
  execFileSync('ssh-add', ['-q', ...strangers, key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
  const named = join(dir, 'named.pub');
  await copyFile(`${key}.pub`, named);
  await writeFile(config, await block('nine', `IdentityFile ${named}`, `IdentityAgent ${socket}`));
  await rollsOver({ host: 'nine' });
});

/** What `up` writes for the box's own sshd is written anew by each start: this is a second door to the same lockerd. */
test('a user certificate, by the system’s ssh', async () => {
  const { dir } = here.sandbox.layout;
  const [authority, key] = [makeKey(join(dir, 'authority')), makeKey(join(dir, 'certified'))];
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'rollouts', '-n', 'root', `${key}.pub`], { stdio: 'ignore' });
  const relay = `${here.sandbox.boxLayout.bin}/lockerctl relay`;
  const door = await startSshd({ extra: [`TrustedUserCAKeys ${authority}.pub`, `ForceCommand ${relay}`] });
  cleanUp.push(() => door.stop());
  const known = join(dir, 'known_door');
  await writeFile(known, `[127.0.0.1]:${door.port} ${door.hostKey}\n`);
  const lines = ['HostName 127.0.0.1', `Port ${door.port}`, 'User root', `IdentityFile ${key}`, `UserKnownHostsFile ${known}`];
  await writeFile(config, ['Host certified', ...lines, 'IdentitiesOnly yes', ''].join('\n  '));
  await rollsOver({ host: 'certified', via: 'openssh' });
  expect(door.log()).toContain('Accepted publickey for root');
  expect(door.log()).toContain('CERT');
});
