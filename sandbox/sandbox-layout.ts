/** Every place of a sandbox, in one table. `dir` is the state folder; all of it goes with `down`. */
import { join } from 'node:path';

/** Beside the sources, so that the root's fleet.yaml finds it whatever the working directory is. */
export const DEFAULT_SANDBOX_DIR = join(__dirname, '..', '.lockstep', 'sandbox');

export type SandboxLayout = ReturnType<typeof sandboxLayout>;

export function sandboxLayout(dir: string) {
  return {
    dir,
    state: join(dir, 'state.json'),
    lock: join(dir, 'up.lock'),
    boxes: join(dir, 'boxes'),
    box: (name: string) => join(dir, 'boxes', name),
    codeRepo: join(dir, 'repos', 'locker.git'),
    configRepo: join(dir, 'repos', 'locker-config.git'),
    sshConfig: join(dir, 'ssh_config'),
    knownHosts: join(dir, 'known_hosts'),
    /** The rollouts' key: may do nothing but `lockerctl relay`. */
    key: join(dir, 'id_ed25519'),
    /** A root shell on the boxes, for install-box and its tests. */
    adminKey: join(dir, 'id_admin'),
  };
}

export type BoxLayout = ReturnType<typeof boxLayout>;

/** `folder` is the box's real folder: it may lie elsewhere than in the state folder (place-box.ts). */
export function boxLayout(folder: string) {
  return {
    folder,
    lxc: join(folder, 'lxc'),
    rootfs: (locker: string) => join(folder, 'lxc', locker, 'rootfs'),
    lxcConfig: (locker: string) => join(folder, 'lxc', locker, 'config'),
    root: join(folder, 'var-locker'),
    data: join(folder, 'me'),
    me: (locker: string) => join(folder, 'me', locker),
    boxConfig: join(folder, 'etc', 'box.json'),
    bin: join(folder, 'bin'),
    bundle: join(folder, 'bin', 'lockerd.cjs'),
    ssh: join(folder, 'ssh'),
    hostKey: join(folder, 'ssh', 'host_ed25519'),
    sshdConfig: join(folder, 'ssh', 'sshd_config'),
    authorizedKeys: join(folder, 'ssh', 'authorized_keys'),
    /** Where the launcher puts a /sys together (enter-box.ts). */
    sys: join(folder, 'sys'),
    /** Absent until its first reboot: then the machine's own will do. */
    bootId: join(folder, 'boot-id'),
    log: join(folder, 'log'),
    sshdLog: join(folder, 'log', 'sshd.log'),
  };
}
