/** `stage: push`: a box in a network from which the repositories can not be reached, and what happens to a push in the middle. */
import { randomBytes } from 'node:crypto';
import { existsSync, openSync, readdirSync, rmSync, statSync, writeSync, closeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastImport } from '../../sandbox/fast-import';
import { git } from '../../sandbox/git';
import { killSessions } from '../chaos/faults/box-sshd';
import { killProcess } from '../chaos/faults/kill-process';
import { openRolloutWorld } from '../chaos/open-rollout-world';
import type { OpenWorld } from '../chaos/open-rollout-world';
import { makeRandom } from '../chaos/random';
import type { Running } from '../support/cli';
import { serveRepos } from '../support/git-server';
import type { GitServer } from '../support/git-server';
import { anInstallation, finishedOf } from '../support/installation';
import type { Installation } from '../support/installation';
import { withFleet } from '../support/steady-box';

jest.setTimeout(600_000);

let here: Installation;
let server: GitServer;
let opened: OpenWorld;
const policy = {
  maxDown: 2,
  verify: { stable: '1s', goodProbes: 2, deadline: '60s' },
  soak: { canary: '0s', batch: '0s' },
  gates: 'none',
  // The machine may be busy with other suites: what the lane does then is tested elsewhere.
  pressure: { cpuSomeAvg10: 100, memoryAvailable: 0, loadPerCore: 1000, holdAfter: '10m' },
};
beforeAll(async () => {
  here = await anInstallation({ lockers: 2, policy });
  const { codeRepo, configRepo } = here.sandbox.layout;
  server = await serveRepos(dirname(codeRepo), basename(codeRepo));
  opened = openRolloutWorld({ installation: here, random: makeRandom(1), say: () => {} });
  expect(dirname(configRepo)).toBe(dirname(codeRepo));
});
afterAll(async () => {
  await opened?.close();
  await server?.close();
  await here?.close();
});

const root = () => here.sandbox.boxLayout.root;
const incoming = () => join(root(), 'incoming');
const partials = () => (existsSync(incoming()) ? readdirSync(incoming()).map((name) => join(incoming(), name)) : []);
/** Random, so that it goes over the channel as it is. */
const MEGABYTES = 12;

/** A revision that takes a while to push; returns the build that lockers will report. */
async function commitBig(message: string): Promise<string> {
  const { codeRepo } = here.sandbox.layout;
  const from = await git(codeRepo, ['rev-parse', 'refs/heads/stable']);
  const files = { 'blob.txt': randomBytes(MEGABYTES * 768 * 1024).toString('base64') };
  const at = Math.floor(Date.now() / 1_000);
  await git(codeRepo, ['fast-import', '--quiet'], fastImport([{ branch: 'stable', from, message: `${message}\n`, at, files }]));
  const sha = await git(codeRepo, ['rev-parse', 'refs/heads/stable']);
  return `${await git(codeRepo, ['rev-list', '--count', sha])}-g${sha.slice(0, 12)}`;
}

const pushing = <T>(work: () => Promise<T>): Promise<T> =>
  withFleet(
    here.sandbox,
    (fleet) => {
      const [service] = Object.values<{ code: { repo: string }; config: { repo: string } }>(fleet.services);
      if (!service) throw new Error('no service');
      service.code.repo = server.url(basename(service.code.repo));
      service.config.repo = server.url(basename(service.config.repo));
      fleet.boxes[here.sandbox.box].stage = 'push';
    },
    work,
  );

/** Once a part of a big file is there, and not all of it. */
async function inTheMiddle(running: Running): Promise<{ file: string; bytes: number }> {
  const { child } = running;
  while (child.exitCode === null) {
    for (const file of partials()) {
      const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes > 1024 * 1024) return { file, bytes };
    }
    await sleep(2);
  }
  const { code, stdout, stderr } = await running.ended;
  throw new Error(`the rollout ended (${code}) before it was in the middle of a push\n${stdout}${stderr}`);
}

/** A rollout with something happening to its push; it has to succeed, on every locker. */
async function rollOut(build: string, strike: (running: Running) => Promise<void>): Promise<void> {
  await pushing(async () => {
    const running = here.startRollout('--yes');
    opened.follows(running);
    await strike(running);
    const ended = await running.ended;
    expect({ code: ended.code, stderr: ended.stderr, state: finishedOf(ended).state }).toMatchObject({
      code: 0,
      state: 'succeeded',
    });
  });
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.revision(locker)).toBe(build);
  expect(partials()).toEqual([]);
}

test('a box that never had the repositories and reaches none gets its release pushed', async () => {
  rmSync(join(root(), 'repos'), { recursive: true });
  const tried = await here.sandbox.exec('timeout', '5', 'git', 'ls-remote', server.url(basename(here.sandbox.layout.codeRepo)));
  expect(tried.code).not.toBe(0);
  const { build } = await here.sandbox.commit({ message: 'pushed' });
  await pushing(async () => {
    const plan = await here.lockstep('plan');
    expect(plan.stdout).toContain('pushed from the worker');
  });
  await rollOut(build ?? '', async () => {});
  const updated = await pushing(() => here.sandbox.exec('update-code'));
  expect(updated).toMatchObject({ code: 0 });
});

test('the channel cut in the middle of a push: it goes on where it was', async () => {
  const build = await commitBig('cut');
  let cutAt = 0;
  const sizes: number[] = [];
  await rollOut(build, async (running) => {
    const { file, bytes } = await inTheMiddle(running);
    cutAt = bytes;
    expect(await killSessions(opened.world)).toBeGreaterThan(0);
    for (let size: number | undefined = bytes; size !== undefined; size = statSync(file, { throwIfNoEntry: false })?.size) {
      sizes.push(size);
      await sleep(5);
    }
  });
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(cutAt);
});

test('the worker killed in the middle of a push: another goes on where it was', async () => {
  const build = await commitBig('killed');
  const sizes: number[] = [];
  await rollOut(build, async (running) => {
    const { file, bytes } = await inTheMiddle(running);
    await killProcess('worker', await opened.world.workerPid());
    await opened.world.ensureOrchestrator();
    for (let size: number | undefined = bytes; size !== undefined; size = statSync(file, { throwIfNoEntry: false })?.size) {
      sizes.push(size);
      await sleep(20);
    }
  });
  expect(Math.min(...sizes)).toBe(sizes[0]);
});

test('a part that was corrupted on its way: nothing of it is used, and it is pushed again', async () => {
  const build = await commitBig('corrupted');
  await rollOut(build, async (running) => {
    const { file } = await inTheMiddle(running);
    const handle = openSync(file, 'r+');
    writeSync(handle, randomBytes(512), 0, 512, 4096);
    closeSync(handle);
  });
});

test('a disk that is full in the middle of a push: said so, nothing stopped, nothing left, and it works again afterwards', async () => {
  const build = await commitBig('full');
  await here.sandbox.exec('mkdir', '-p', incoming());
  const mounted = await here.sandbox.exec('mount', '-t', 'tmpfs', '-o', 'size=2m,mode=711', 'lockstep-test', incoming());
  expect(mounted).toMatchObject({ code: 0 });
  try {
    const ended = await pushing(() => here.rollout('--yes'));
    expect(ended.code).toBe(1);
    expect(JSON.stringify(ended.objects.at(-1))).toContain('DiskFull');
    expect((await here.sandbox.exec('ls', incoming())).stdout).toBe('');
  } finally {
    await here.sandbox.exec('umount', incoming());
  }
  for (const locker of here.sandbox.lockers) expect(await here.sandbox.health(locker)).toBe(true);
  await rollOut(build, async () => {});
});
