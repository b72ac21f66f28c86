/** A box's sshd: its files, its process inside the box's namespaces, and the wait until it answers. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { logTail, spawnDetached } from '../embedded/spawn-detached';
import { isAlive } from '../embedded/process-identity';
import { Fault } from '../domain/faults';
import { sshDoorOf } from './box-addresses';
import type { SshDoor } from './box-addresses';
import { boxPath, launchArgv } from './enter-box';
import { boxNamed, openSandbox } from './find-box';
import { makeKey } from './make-key';
import { pathOf } from './require-sandbox-tools';
import { boxLayout } from './sandbox-layout';
import type { SandboxLayout } from './sandbox-layout';
import { lxcBox, withBox, writeState } from './sandbox-state';
import type { BoxState, LxcBox } from './sandbox-state';
import { authorizedKeys, sshdConfig } from './ssh-files';

const LISTENS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 25;

export async function writeSshdFiles(sandbox: SandboxLayout, box: LxcBox): Promise<void> {
  const layout = boxLayout(box.folder);
  await makeKey(layout.hostKey, box.name);
  const keys = {
    rollouts: await makeKey(sandbox.key, 'lockstep-sandbox'),
    admin: await makeKey(sandbox.adminKey, 'lockstep-admin'),
  };
  await writeFile(layout.authorizedKeys, authorizedKeys(layout, keys), { mode: 0o600 });
  const facts = { address: sshDoorOf(box).host, path: boxPath(layout.bin), rootIsLocked: await rootIsLocked() };
  await writeFile(layout.sshdConfig, sshdConfig(layout, facts));
}

export async function startSshd(box: LxcBox): Promise<NonNullable<BoxState['sshd']>> {
  const { sshd } = box;
  if (sshd !== null && isAlive(sshd.pid, sshd.identity)) return sshd;
  const layout = boxLayout(box.folder);
  // sshd separates its privileges there; Debian makes it at boot.
  await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  const argv = launchArgv(box, [pathOf('sshd') ?? 'sshd', '-D', '-e', '-f', layout.sshdConfig]);
  const started = await spawnDetached(argv, daemonEnv(layout.bin), layout.sshdLog);
  await untilListening(box, () => started.ended());
  return { pid: started.pid, identity: started.identity };
}

/** For where somebody killed it: started again and written down. A box that is whole stays as it is. */
export async function reviveSshd(dir: string, name: string): Promise<BoxState> {
  const { layout, state } = await openSandbox(dir);
  const box = lxcBox(boxNamed(state, name));
  const revived = { ...box, sshd: await startSshd(box) };
  await writeState(layout, withBox(state, revived));
  return revived;
}

/** Nothing of this process's environment belongs into a daemon that outlives it. */
function daemonEnv(bin: string): NodeJS.ProcessEnv {
  return { PATH: boxPath(bin), HOME: '/root', LANG: 'C.UTF-8' };
}

/** Throws what its log says when it ends or does not answer in time. */
export async function untilListening(box: BoxState, ended: () => string | null): Promise<void> {
  const until = performance.now() + LISTENS_WITHIN_MS;
  while (!(await answers(sshDoorOf(box)))) {
    if (ended() === null && performance.now() < until) {
      await sleep(LOOK_EVERY_MS);
      continue;
    }
    const { sshdLog } = boxLayout(box.folder);
    throw new Fault('SandboxUnavailable', `The sshd of box ${box.name} ${ended() ?? 'does not listen'}.`, {
      evidence: [sshdLog, ...(await logTail(sshdLog))],
      cure: 'Run `npm run sandbox -- down`, mend what its log names, then `up` again.',
    });
  }
}

function answers({ host, port }: SshDoor): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('data', () => end(true));
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => end(false));
  });
}

/** Without rights to look it is not: then sshd would not get far either. */
async function rootIsLocked(): Promise<boolean> {
  const shadow = await readFile('/etc/shadow', 'utf8').catch(() => '');
  return /^root:!/m.test(shadow);
}
