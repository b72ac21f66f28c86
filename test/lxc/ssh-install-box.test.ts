/** install-box against a real sshd on loopback, in folders and with an account of its own. Root, OpenSSH, LXC and git are needed. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installBox } from '../../activities/adapters/ssh/install-box';
import type { InstallBox, InstallStep } from '../../activities/adapters/ssh/install-box';
import { resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import { bundleBox } from '../../box/bundle';
import { wrapperScripts } from '../../box/wrappers';
import { BoxName } from '../../domain/model/ids';
import { makeKey, publicKey, startSshd } from '../support/loopback-sshd';
import type { LoopbackSshd } from '../support/loopback-sshd';

jest.setTimeout(60_000);
const ACCOUNT = 'lockstep-test';

let sshd: LoopbackSshd;
let place: string;
beforeAll(async () => {
  sshd = await startSshd();
  // The account must be able to read its own folder.
  chmodSync(sshd.folder, 0o755);
  execFileSync('useradd', ['--home-dir', join(sshd.folder, 'home'), '--create-home', '--shell', '/bin/sh', ACCOUNT]);
});
afterAll(async () => {
  execFileSync('userdel', [ACCOUNT]);
  await sshd.stop();
});
beforeEach(() => {
  sshd.force(null);
  place = join(sshd.folder, 'place');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'lxc'), { recursive: true });
});

function anInstall(overrides: Partial<InstallBox> = {}): { install: InstallBox; steps: InstallStep[] } {
  const steps: InstallStep[] = [];
  const ssh = { host: '127.0.0.1', port: sshd.port, user: 'root', identityFile: sshd.identityFile, hostKey: sshd.hostKey };
  const surroundings = { configText: '', home: sshd.folder, localUser: 'root', folder: sshd.folder, agentSocket: null };
  const config = {
    format: 1 as const,
    box: BoxName.parse('lxc12'),
    root: join(place, 'locker'),
    data: join(place, 'Me'),
    lxcPath: join(place, 'lxc'),
    lockerPattern: 'locker-\\d+',
    socket: join(place, 'run/lockerd.sock'),
    log: join(place, 'log/lockerd.log'),
    buildUser: 'nobody',
    deadManMs: 60_000,
    bootCpuPressure: 60,
    minFreeBytes: 1,
  };
  const install: InstallBox = {
    route: resolveRoute(ssh, surroundings),
    config,
    paths: {
      bundle: join(place, 'lib/lockerd.cjs'),
      config: join(place, 'etc/box.json'),
      bin: join(place, 'bin'),
      sudoers: join(place, 'sudoers'),
    },
    bundle: 'console.log(\'bundle with "quotes", $dollars and `ticks`\');\n',
    scripts: { lockerctl: '#!/bin/sh\necho "lockerd 0.1.0: $1"\n', 'lxc-stop-all': '#!/bin/sh\nexit 0\n' },
    login: { account: ACCOUNT, publicKey: `${publicKey(sshd.identityFile)} ops@desk` },
    onStep: (step) => steps.push(step),
    ...overrides,
  };
  return { install, steps };
}
const authorizedKeys = () => join(sshd.folder, 'home/.ssh/authorized_keys');

test('a host becomes a box: bundle, box.json, scripts, the forced command and its one sudo path', async () => {
  const { install, steps } = anInstall();
  await expect(installBox(install)).resolves.toEqual({ changed: true });
  expect(readFileSync(install.paths.bundle, 'utf8')).toBe(install.bundle);
  expect(JSON.parse(readFileSync(install.paths.config, 'utf8'))).toEqual(install.config);
  expect(statSync(join(install.paths.bin, 'lockerctl')).mode & 0o777).toBe(0o755);
  expect(readFileSync(install.paths.sudoers, 'utf8')).toBe(
    `${ACCOUNT} ALL=(root) NOPASSWD: ${install.paths.bin}/lockerctl relay\n`,
  );
  expect(readFileSync(authorizedKeys(), 'utf8')).toBe(
    `restrict,command="sudo -n ${install.paths.bin}/lockerctl relay" ${install.login.publicKey}\n`,
  );
  expect(steps[0]?.text).toMatch(/Node v\d+.*LXC.*git/);
  expect(steps.at(-1)?.text).toBe('lockerd answers');
});

test('a second run changes nothing', async () => {
  await installBox(anInstall().install);
  const { install, steps } = anInstall();
  const before = statSync(install.paths.bundle).ino;
  await expect(installBox(install)).resolves.toEqual({ changed: false });
  expect(steps.filter(({ changed }) => changed)).toEqual([]);
  expect(statSync(install.paths.bundle).ino).toBe(before);
});

test('keys of other people stay; an older line of the same key is replaced', async () => {
  const { install } = anInstall();
  const stranger = `${publicKey(makeKey(join(place, 'stranger')))} somebody`;
  mkdirSync(join(sshd.folder, 'home/.ssh'), { recursive: true });
  writeFileSync(authorizedKeys(), `# ours\n${stranger}\n${install.login.publicKey}\n`);
  await installBox(install);
  const lines = readFileSync(authorizedKeys(), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines.slice(0, 2)).toEqual(['# ours', stranger]);
  expect(lines[2]).toMatch(/^restrict,command=/);
});

const lockerdPid = () => Number(readFileSync(join(place, 'locker/state/lockerd.pid'), 'utf8'));

const installReal = async (extra = '') => {
  const { install, steps } = anInstall();
  const where = { node: process.execPath, bundle: install.paths.bundle, configFile: install.paths.config };
  const scripts = Object.fromEntries(wrapperScripts(where).map(({ name, text }) => [name, text]));
  const done = await installBox({ ...install, scripts, bundle: (await bundleBox()) + extra });
  return {
    ...done,
    steps: steps.filter(({ changed }) => changed).map(({ text }) => text),
    pid: lockerdPid(),
  };
};

describe('with the real bundle', () => {
  afterEach(() => {
    process.kill(lockerdPid(), 'SIGTERM');
  });

  test('lockerd runs; it goes on running when nothing changed, and makes way for a newer one', async () => {
    const first = await installReal();
    const again = await installReal();
    expect(again).toMatchObject({ changed: false, pid: first.pid });
    const newer = await installReal('// newer\n');
    expect(newer.steps).toContain('the older lockerd ended');
    expect(newer.pid).not.toBe(first.pid);
    expect(existsSync(`/proc/${first.pid}`)).toBe(false);
  });
});

test('a lockerd that does not start is a fault with its words', async () => {
  const { install } = anInstall({ scripts: { lockerctl: '#!/bin/sh\necho no journal >&2\nexit 4\n' } });
  await expect(installBox(install)).rejects.toMatchObject({
    code: 'LockerdMissing',
    evidence: ['$ lockerctl status  → exit 4', 'no journal'],
  });
});

test('a wrong LXC path is refused before anything is written', async () => {
  const { install } = anInstall();
  const failing = installBox({ ...install, config: { ...install.config, lxcPath: '/nowhere/lxc' } });
  await expect(failing).rejects.toMatchObject({
    evidence: expect.arrayContaining([expect.stringContaining('/nowhere/lxc')]) as string[],
  });
  expect(existsSync(install.paths.bundle)).toBe(false);
});

test('an account that is not there is named', async () => {
  const { install } = anInstall();
  const failing = installBox({ ...install, login: { ...install.login, account: 'nobody-here' } });
  await expect(failing).rejects.toMatchObject({
    code: 'CommandFailed',
    evidence: expect.arrayContaining([expect.stringContaining('useradd')]) as string[],
  });
});

test('a login that is tied to the relay is refused before anything is written', async () => {
  sshd.force('echo relay only');
  const { install } = anInstall();
  await expect(installBox(install)).rejects.toMatchObject({
    code: 'LoginRefused',
    cure: expect.stringContaining('--as') as string,
  });
  expect(existsSync(install.paths.bundle)).toBe(false);
});

test.each([
  ['Node', 'node', 'BoxUnfit', /has no Node/],
  ['LXC', 'lxc-start', 'LxcMissing', /has no LXC/],
  ['git', 'git', 'BoxUnfit', /has no git/],
])('a host without %s is refused', async (_, missing, code, sentence) => {
  // A PATH with everything else on it, as the login sees it.
  const bin = join(place, 'path');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sh'), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
  for (const name of ['id', 'node', 'lxc-start', 'git', 'sudo'].filter((tool) => tool !== missing)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nPATH=/usr/local/bin:/usr/bin:/bin exec ${name} "$@"\n`, { mode: 0o755 });
  }
  sshd.force(`PATH=${bin} /bin/sh -c $SSH_ORIGINAL_COMMAND`);
  const { install } = anInstall();
  await expect(installBox(install)).rejects.toMatchObject({ code, sentence: expect.stringMatching(sentence) as string });
});

test.each([
  ['an account with a quote', { account: 'a"b', publicKey: 'ssh-ed25519 AAAA' }],
  ['a key of two lines', { account: 'ops', publicKey: 'ssh-ed25519 AAAA\nssh-ed25519 BBBB' }],
])('%s is refused before the box is dialled', async (_, login) => {
  await expect(installBox(anInstall({ login }).install)).rejects.toMatchObject({ code: 'BoxUnfit' });
});
