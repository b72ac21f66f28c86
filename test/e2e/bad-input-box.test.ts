/** A box that is not as it should be: out of reach, another host, without LXC, with lockers that must not be stopped. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { boxPaths } from '../../box/paths';
import { endLockerd } from '../../sandbox/box-processes';
import { enterArgv } from '../../sandbox/enter-box';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { expectSteady, lockersOf, notASandbox, toldBy, withFleet } from '../support/steady-box';

jest.setTimeout(300_000);

const policy = {
  maxDown: 2,
  batches: ['rest'],
  verify: { stable: '1s', goodProbes: 2 },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
};
let here: Installation;
let before: Awaited<ReturnType<typeof lockersOf>>;
beforeAll(async () => {
  here = await anInstallation({ lockers: 3, policy });
  await notASandbox(here.sandbox);
  before = await lockersOf(here.sandbox);
});
afterAll(() => here?.close());
afterEach(async () => {
  if (!expect.getState().currentTestName?.startsWith('after all that')) await expectSteady(here.sandbox, before);
});

const run = promisify(execFile);
const boxState = async () => boxNamed((await openSandbox(here.sandbox.dir)).state, here.sandbox.box);

/** fleet.yaml with an ssh config of its own, written from the sandbox's. */
async function withSshConfig<T>(change: (text: string) => string, work: () => Promise<T>): Promise<T> {
  const file = join(here.sandbox.dir, 'other_ssh_config');
  await writeFile(file, change(await readFile(here.sandbox.layout.sshConfig, 'utf8')));
  const named = (fleet: { boxes: Record<string, { ssh: { config: string } }> }) => {
    for (const { ssh } of Object.values(fleet.boxes)) ssh.config = file;
  };
  return withFleet(here.sandbox, named, work);
}

async function changed(file: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
  try {
    await work();
  } finally {
    await writeFile(file, text);
  }
}

/** Nobody listens there. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function fingerprintOf(publicKey: string): Promise<string> {
  return (await run('ssh-keygen', ['-lf', publicKey])).stdout.split(' ')[1] ?? '';
}

test('a box that the worker has spoken with before, and which can not be reached now: address and reason', async () => {
  expect(await here.rollout('--dry-run')).toMatchObject({ code: 0 });
  const port = await closedPort();
  const elsewhere = (text: string) => text.replace(/HostName .*/, 'HostName 127.0.0.1').replace(/Port .*/, `Port ${port}`);
  const told = await withSshConfig(elsewhere, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'BoxUnreachable' });
  expect(told.sentence).toContain('lxc12');
  expect([told.sentence, ...told.evidence].join('\n')).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}[^]*ECONNREFUSED`));
});

test('another host key than the known one: both fingerprints', async () => {
  const { dir, layout, boxLayout } = here.sandbox;
  const key = join(dir, 'other_host_key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const [type, blob] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  const known = join(dir, 'other_known_hosts');
  const [address] = (await readFile(layout.knownHosts, 'utf8')).split(' ');
  await writeFile(known, `${address} ${type} ${blob}\n`);
  const other = (text: string) => text.replace(/UserKnownHostsFile .*/, `UserKnownHostsFile ${known}`);
  const told = await withSshConfig(other, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'HostKeyMismatch' });
  const evidence = told.evidence.join('\n');
  expect(evidence).toContain(`shown: ssh-ed25519 ${await fingerprintOf(`${boxLayout.hostKey}.pub`)}`);
  expect(evidence).toContain(`known: ssh-ed25519 ${await fingerprintOf(`${key}.pub`)}`);
});

const knowsNobody = (text: string) => text.replace(/UserKnownHostsFile .*/, 'UserKnownHostsFile /dev/null');

test('a host key that nobody knows yet: what to compare and what to write', async () => {
  const told = await withSshConfig(knowsNobody, async () => toldBy(await here.rollout('--yes')));
  expect(told).toMatchObject({ exit: 1, code: 'HostKeyUnknown', cure: expect.stringContaining('hostKey: ssh-ed25519 ') });
});

test('a box without LXC: said so', async () => {
  // All that lockerd runs but LXC.
  const bin = join(here.sandbox.dir, 'bin-without-lxc');
  await mkdir(bin);
  for (const tool of ['flock', 'git', 'sh', 'tar', 'sync', 'id', 'chown', 'chmod']) {
    await symlink((await run('which', [tool])).stdout.trim(), join(bin, tool));
  }
  const box = await boxState();
  const { boxConfig, boxLayout } = here.sandbox;
  const lockerd = [process.execPath, boxLayout.bundle, 'lockerd', '--config', boxLayout.boxConfig];
  await endLockerd(box);
  const argv = ['env', `PATH=${bin}`, 'flock', '-n', '-o', boxPaths(boxConfig).lock, ...lockerd];
  const [command, ...args] = enterArgv(box, argv);
  spawn(command, args, { detached: true, stdio: 'ignore' }).unref();
  try {
    await untilListening(boxConfig.socket);
    const told = toldBy(await here.rollout('--yes'));
    expect(told).toMatchObject({ exit: 1, code: 'LxcMissing', cure: expect.stringContaining('lxc') });
    expect(told.sentence).toContain('lxc-start');
  } finally {
    await endLockerd(box);
  }
});

async function untilListening(socket: string): Promise<void> {
  const until = performance.now() + 20_000;
  for (;;) {
    const up = await new Promise<boolean>((resolve) => {
      const client = connect(socket, () => resolve(true)).on('error', () => resolve(false));
      client.on('connect', () => client.destroy());
    });
    if (up) return;
    if (performance.now() > until) throw new Error(`nobody listens on ${socket}`);
    await sleep(50);
  }
}

test('a locker without lxc.signal.halt: its config file, and the line to write', async () => {
  const file = here.sandbox.boxLayout.lxcConfig('l02');
  await changed(
    file,
    (text) => text.replace('lxc.signal.halt = SIGTERM\n', ''),
    async () => {
      const told = toldBy(await here.rollout('--yes'));
      expect(told).toMatchObject({
        exit: 1,
        code: 'HaltSignalMissing',
        cure: expect.stringContaining('lxc.signal.halt = SIGTERM'),
      });
      expect(told.sentence).toContain('l02');
      expect([told.sentence, ...told.evidence].join('\n')).toContain(file);
    },
  );
});

const withoutMe = (text: string) => text.replace(/^lxc\.mount\.entry = \S+ Me .*\n/m, '');

test('a locker without the mount of /Me, and another whose owner’s folder is not there: both told at once', async () => {
  const { boxLayout } = here.sandbox;
  const gone = `${boxLayout.me('l03')}.aside`;
  await changed(boxLayout.lxcConfig('l01'), withoutMe, async () => {
    await rename(boxLayout.me('l03'), gone);
    try {
      const told = toldBy(await here.rollout('--yes'));
      expect(told).toMatchObject({ exit: 1, code: 'MeNotMounted' });
      const all = told.evidence.join('\n');
      expect(all).toMatch(/l01 .*\/Me is mounted from nowhere, expected /);
      expect(all).toMatch(new RegExp(`l03 .*${boxLayout.me('l03')} is not there`));
      expect(all).not.toContain('l02');
    } finally {
      await rename(gone, boxLayout.me('l03'));
    }
  });
});

test('after all that, an ordinary rollout updates every locker', async () => {
  const ended = await here.rollout('--yes');
  expect(ended.code).toBe(0);
  expect(finishedOf(ended)).toMatchObject({ state: 'succeeded', counts: { planned: 3, updated: 3 } });
});
