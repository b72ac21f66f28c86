/**
 * A host that is no Lockstep box yet: real LXC containers that never ran, real sshd, an admin with sudo
 * and a key. It has an /etc, /home, /run and so on of its own, by mounts of its own mount namespace:
 * what is installed there never reaches the machine. Needs root, LXC, OpenSSH and sudo.
 */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidenceOf } from '../../box/run';
import type { Ran } from '../../box/run';
import { isAlive } from '../../embedded/process-identity';
import { askBuild } from '../../sandbox/ask-locker';
import { execInBox } from '../../sandbox/exec-in-box';
import { pidsIn, wordsOf } from '../../sandbox/box-processes';
import { boxNamed, openSandbox } from '../../sandbox/find-box';
import { makeBox } from '../../sandbox/make-box';
import { makeRepos } from '../../sandbox/make-repos';
import { sandboxFleetText } from '../../sandbox/sandbox-fleet';
import { boxLayout, sandboxLayout } from '../../sandbox/sandbox-layout';
import type { BoxLayout, SandboxLayout } from '../../sandbox/sandbox-layout';
import { newState } from '../../sandbox/sandbox-state';
import { reviveSshd } from '../../sandbox/start-sshd';
import { takeDown } from '../../sandbox/take-down';

export interface BareBox {
  readonly name: string;
  readonly lockers: readonly string[];
  readonly layout: SandboxLayout;
  readonly places: BoxLayout;
  readonly fleetFile: string;
  /** Where a path of the host is for us. */
  inside(path: string): Promise<string>;
  /** Of processes with just these words, sudo's too. */
  pidsOf(...words: readonly string[]): Promise<number[]>;
  build(locker: string): Promise<string | null>;
  exec(...argv: readonly string[]): Promise<Ran>;
  /** One line a file: path, kind, mode, owner, and what is in it. */
  snapshot(): Promise<string[]>;
  down(): Promise<void>;
}

const NAME = 'lxc12';
export const ADMIN = 'ops';
/** The account that install-box makes. */
export const ACCOUNT = 'lockstep';
const EXEC_WITHIN_MS = 120_000;

export async function aBareBox({ lockers, policy }: { lockers: number; policy: Record<string, unknown> }): Promise<BareBox> {
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
    const { folder, lockers: names } = boxNamed({ boxes } as never, NAME);
    const box = await world({ dir, layout, folder, names });
    await makeBare(box);
    const fleet = sandboxFleetText(layout, { boxes: [NAME], policy });
    await writeFile(
      box.fleetFile,
      fleet.replace('sandbox: true', 'sandbox: false').replace(/( +)host: /, `$1user: ${ACCOUNT}\n$1host: `),
    );
    return { ...box, down };
  } catch (error) {
    await down();
    throw error;
  }
}

interface Making {
  readonly dir: string;
  readonly layout: SandboxLayout;
  readonly folder: string;
  readonly names: readonly string[];
}

type World = Omit<BareBox, 'down'> & { readonly dir: string };

async function world({ dir, layout, folder, names }: Making): Promise<World> {
  const places = boxLayout(folder);
  const state = async () => boxNamed((await openSandbox(dir)).state, NAME);
  const inside = async (path: string) => `/proc/${(await state()).sshd?.pid}/root${path}`;
  return {
    dir,
    name: NAME,
    lockers: names,
    layout,
    places,
    fleetFile: join(dir, 'fleet.yaml'),
    inside,
    pidsOf: async (...words) => {
      const seen = await state();
      const pids = seen.kind === 'lxc' ? await pidsIn(seen.netns) : [];
      const lines = await Promise.all(pids.map(wordsOf));
      return pids.filter((_, index) => lines[index]?.join(' ').endsWith(words.join(' ')));
    },
    build: async (locker) => askBuild(await state(), locker),
    exec: async (...argv) => execInBox(await state(), argv, EXEC_WITHIN_MS),
    snapshot: async () =>
      (await Promise.all(WATCHED.map(async (path) => tree(await inside(''), path))))
        .flat()
        .concat(await tree(await inside(''), places.root), await tree(await inside(''), places.lxc)),
  };
}

/** Constant text; `$1` is a folder of the box, `$2` the admin, `$3` his public key. */
const OWN_PLACES = `set -e
for d in etc usr/local/sbin usr/local/lib; do
  mkdir -p "$1/$d"
  cp -a "/$d/." "$1/$d/"
  mount --bind "$1/$d" "/$d"
done
for d in home var/log; do
  mkdir -p "$1/$d"
  mount --bind "$1/$d" "/$d"
done
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/sshd /run/lock
useradd --create-home --shell /bin/sh --password '*' "$2"
mkdir -m 0700 "/home/$2/.ssh"
echo "$3" > "/home/$2/.ssh/authorized_keys"
chown -R "$2:" "/home/$2/.ssh"
echo "$2 ALL=(ALL) NOPASSWD: ALL" > "/etc/sudoers.d/$2"
chmod 0440 "/etc/sudoers.d/$2"
`;

/** What the sandbox puts there for Lockstep goes; sshd looks for keys where everybody has them. */
async function makeBare({ dir, layout, places, exec }: World): Promise<void> {
  for (const path of [places.bin, places.boxConfig, places.authorizedKeys]) await rm(path, { recursive: true, force: true });
  const config = await readFile(places.sshdConfig, 'utf8');
  const usual = config
    .replace(/^AuthorizedKeysFile .*$/m, 'AuthorizedKeysFile .ssh/authorized_keys')
    .replace(/^SetEnv .*\n/m, '');
  await writeFile(places.sshdConfig, usual);
  const { sshd } = boxNamed((await openSandbox(dir)).state, NAME);
  if (sshd !== null) {
    process.kill(sshd.pid, 'SIGTERM');
    while (isAlive(sshd.pid, sshd.identity)) await sleep(50);
  }
  await reviveSshd(dir, NAME);
  const key = (await readFile(`${layout.adminKey}.pub`, 'utf8')).trim();
  const ran = await exec('sh', '-c', OWN_PLACES, 'own-places', join(places.folder, 'host'), ADMIN, key);
  if (ran.code !== 0) throw new Error(evidenceOf(ran).join('\n'));
}

const WATCHED = ['/etc', '/usr/local/sbin', '/usr/local/lib', '/home', '/var/log', '/run', '/var/mail', '/var/lib/lockstep'];
/** The backups that useradd and userdel keep of what they change; what sudo and LXC keep while they are used at all. */
const NOT_OURS =
  /^\/etc\/((passwd|group|shadow|gshadow|subuid|subgid)-|\.pwd\.lock)$|^\/run\/(sudo|lxc|lock|user)(\/|$)|\/rootfs\//;

async function tree(base: string, path: string): Promise<string[]> {
  if (NOT_OURS.test(path)) return [];
  const real = base + path;
  const seen = await lstat(real).catch(() => null);
  if (seen === null) return [];
  const head = `${path} ${(seen.mode & 0o7777).toString(8)} ${seen.uid}:${seen.gid}`;
  if (seen.isSymbolicLink()) return [`${head} -> ${await readlink(real)}`];
  if (seen.isFile())
    return [
      `${head} ${createHash('sha256')
        .update(await readFile(real))
        .digest('hex')}`,
    ];
  if (!seen.isDirectory()) return [`${head} other`];
  const names = (await readdir(real)).toSorted();
  return [`${head} folder`, ...(await Promise.all(names.map((name) => tree(base, join(path, name))))).flat()];
}
