/**
 * A box made by hand, as they were before Lockstep: one git checkout that a person pulls, owners' data
 * and settings beside it (or in it), and the folder above all of that mounted in every locker, by a
 * config that all of them include. Real LXC, real sshd, the sample service, lockers that run and have data.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidenceOf, run } from '../../box/run';
import type { Ran } from '../../box/run';
import { askBuild } from '../../sandbox/ask-locker';
import { execInBox } from '../../sandbox/exec-in-box';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { makeBox } from '../../sandbox/make-box';
import { makeRepos } from '../../sandbox/make-repos';
import { SANDBOX_VALUES, sandboxFleetText } from '../../sandbox/sandbox-fleet';
import { boxLayout, sandboxLayout } from '../../sandbox/sandbox-layout';
import type { BoxLayout, SandboxLayout } from '../../sandbox/sandbox-layout';
import { newState } from '../../sandbox/sandbox-state';
import { takeDown } from '../../sandbox/take-down';
import { dataReport } from './data-report';
import type { DataReport } from './data-report';

export interface OldWayBox {
  readonly dir: string;
  readonly name: string;
  readonly lockers: readonly string[];
  readonly layout: SandboxLayout;
  readonly places: BoxLayout;
  readonly fleetFile: string;
  /** The checkout. */
  readonly tree: string;
  /** The folder above it, which every locker has mounted. */
  readonly srv: string;
  me(locker: string): string;
  data(locker: string): Promise<DataReport>;
  /** What it answers itself; null: nothing. */
  build(locker: string): Promise<string | null>;
  /** Process and its start: another one after each start. */
  life(locker: string): Promise<string>;
  config(locker: string): Promise<string>;
  /** The folder of its settings. */
  settings(locker: string): string;
  /** As people there do it: pull, and restart nobody. */
  pull(ref: string): Promise<string>;
  /** By LXC's own commands. */
  start(locker: string): Promise<void>;
  stop(locker: string): Promise<void>;
  exec(...argv: readonly string[]): Promise<Ran>;
  down(): Promise<void>;
}

export interface OldWayWishes {
  readonly lockers: number;
  /** Data and settings in the checkout itself. */
  readonly nested?: boolean;
  readonly policy?: Record<string, unknown>;
}

const EXEC_WITHIN_MS = 120_000;
const NAME = 'lxc12';

export async function anOldWayBox({ lockers, nested = false, policy }: OldWayWishes): Promise<OldWayBox> {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-sandbox-'));
  await chmod(dir, 0o755);
  const layout = sandboxLayout(dir);
  const down = async () => {
    await takeDown({ dir, progress: () => {} });
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await makeRepos(layout);
    const { boxes } = await makeBox(layout, newState(dir), { name: NAME, lockers, progress: () => {} });
    const made = boxes.find(({ name }) => name === NAME);
    if (made === undefined) throw new Error('the box was not made');
    const box = await world({ dir, layout, names: made.lockers, folder: made.folder, nested });
    // Asked before it is changed, unlike the one to play with.
    const fleet = sandboxFleetText(layout, { boxes: [NAME], ...(policy && { policy }) });
    await writeFile(box.fleetFile, fleet.replace('sandbox: true', 'sandbox: false'));
    for (const name of made.lockers) await box.start(name);
    return { ...box, down };
  } catch (error) {
    await down();
    throw error;
  }
}

interface Making {
  readonly dir: string;
  readonly layout: SandboxLayout;
  readonly names: readonly string[];
  readonly folder: string;
  readonly nested: boolean;
}

async function world(making: Making): Promise<Omit<OldWayBox, 'down'>> {
  const { dir, layout, names, folder, nested } = making;
  const places = boxLayout(folder);
  const srv = join(folder, 'srv');
  const tree = join(srv, 'Locker');
  const holder = nested ? tree : srv;
  const me = (locker: string) => join(holder, 'Me', locker);
  await mkdir(srv, { recursive: true, mode: 0o755 });
  await git(['clone', '--quiet', '--branch', 'stable', layout.codeRepo, tree]);
  await writeFile(join(tree, '.git/info/exclude'), 'build.json\nMe/\nConfig/\n');
  await makeConfigs(making, { places, srv, holder });
  const state = async () => boxNamed((await openSandbox(dir)).state, NAME);
  const exec = async (...argv: readonly string[]) => execInBox(await state(), argv, EXEC_WITHIN_MS);
  const build = async (locker: string) => askBuild(await state(), locker);
  const pull = (ref: string) => pulled(tree, ref);
  await pull('v1');
  return {
    dir,
    name: NAME,
    lockers: names,
    layout,
    places,
    fleetFile: join(dir, 'fleet.yaml'),
    tree,
    srv,
    me,
    data: async (locker) => dataReport(await readFile(join(me(locker), 'data'), 'utf8')),
    build,
    life: async (locker) => lifeOf(await exec('lxc-info', '-P', places.lxc, '-n', locker, '-p', '-H')),
    config: (locker) => readFile(places.lxcConfig(locker), 'utf8'),
    settings: (locker) => join(holder, 'Config', locker),
    pull,
    start: async (locker) => {
      await done(exec('lxc-start', '-P', places.lxc, '-n', locker, '-o', join(places.log, `${locker}.lxc`), '-d'));
      await untilTrue(`${locker} answers`, async () => (await build(locker)) !== null);
    },
    stop: async (locker) => {
      await done(exec('lxc-stop', '-P', places.lxc, '-n', locker, '-t', '30'));
    },
    exec,
  };
}

/** And says which build that is, as their deploy script does. */
async function pulled(tree: string, ref: string): Promise<string> {
  await git(['-C', tree, 'reset', '--quiet', '--hard', ref]);
  const sha = await git(['-C', tree, 'rev-parse', 'HEAD']);
  const build = `old-${sha.slice(0, 12)}`;
  await writeFile(join(tree, 'build.json'), `${JSON.stringify({ build })}\n`);
  return build;
}

/** As a person's own git, whatever runs this. */
async function git(args: readonly string[]): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const ran = await done(run(['git', ...args], { timeoutMs: EXEC_WITHIN_MS, env }));
  return ran.stdout.trim();
}

interface Places {
  readonly places: BoxLayout;
  readonly srv: string;
  readonly holder: string;
}

async function makeConfigs({ names }: Making, { places, srv, holder }: Places): Promise<void> {
  const shared = join(dirname(places.boxConfig), 'lockers.conf');
  await writeFile(shared, `lxc.start.auto = 1\nlxc.mount.entry = ${srv} ${srv.slice(1)} none bind,rw,create=dir 0 0\n`);
  for (const name of names) {
    // What the sandbox makes for Lockstep.
    await rmdir(places.me(name));
    await mkdir(join(holder, 'Me', name), { recursive: true, mode: 0o755 });
    const settings = join(holder, 'Config', name, 'config.json');
    await mkdir(dirname(settings), { recursive: true, mode: 0o755 });
    await writeFile(settings, JSON.stringify(SETTINGS));
    const file = places.lxcConfig(name);
    await writeFile(file, oldConfig(await readFile(file, 'utf8'), { name, shared, tree: join(srv, 'Locker'), holder }));
    await chmod(file, 0o640);
  }
  await rmdir(places.data).catch(() => {});
}

const SETTINGS = { port: SANDBOX_VALUES.port, startCpuMs: 20, jobs: { everyMs: 500, medianMs: 50, sigma: 0.3 } };

/** Network, rootfs and programs as the sandbox has them; the rest by the old habit. */
function oldConfig(made: string, old: { name: string; shared: string; tree: string; holder: string }): string {
  const { name, shared, tree, holder } = old;
  const kept = made
    .split('\n')
    .filter((line) => !/ (code|Config|Me) none bind|lxc\.signal\.halt|lxc\.start\.auto/.test(line))
    .map((line) => line.replace('/code/locker.js', `${tree}/locker.js`));
  return [
    `# ${name}, made by hand`,
    `lxc.include = ${shared}`,
    ...kept.filter((line) => line !== ''),
    `lxc.environment = LOCKER_ME=${holder}/Me/${name}`,
    `lxc.environment = LOCKER_CONFIG=${holder}/Config/${name}/config.json`,
    '',
  ].join('\n');
}

async function lifeOf(asked: Ran | Promise<Ran>): Promise<string> {
  const { stdout } = await asked;
  const pid = stdout.trim();
  if (pid === '' || pid === '-1') return 'down';
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  return `${pid}/${line.slice(line.lastIndexOf(')') + 2).split(' ')[19]}`;
}

async function done(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
  return ran;
}

/** Generous: a loaded machine starts a container slowly. */
const WITHIN_MS = 60_000;

export async function untilTrue(what: string, look: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + WITHIN_MS;
  while (!(await look())) {
    if (performance.now() > until) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
    await sleep(100);
  }
}

/** Names, sizes and times of all that lies there: nobody wrote to it, if it is the same. */
export async function listing(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const lines = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs, ino } = await stat(join(folder, name));
      return `${name} ${size} ${mtimeMs} ${ino}`;
    }),
  );
  return lines.toSorted();
}
