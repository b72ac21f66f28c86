/**
 * How a command gets into a box. A box is a network namespace *and* a mount namespace: LXC asks
 * /sys whether its bridge is one, which must be the /sys of the box's network, with the machine's
 * cgroups in it (without them nothing can be frozen). `ip netns exec` gives the first and loses
 * the second. Mounts of the host still arrive in the box, never the other way round.
 */
import { USUAL_PATH } from '../domain/protocol/box-config';
import { boxLayout } from './sandbox-layout';
import type { BoxState, LxcBox } from './sandbox-state';

/** Constant text; `$1` is the folder to put /sys together in, `$2` the box's boot id where it has booted once, the rest the command. */
const SCRIPT = [
  'set -e',
  'sys=$1; boot=$2; shift 2',
  'mount -t sysfs sysfs "$sys"',
  'mount --rbind /sys/fs/cgroup "$sys/fs/cgroup"',
  'mount --move "$sys" /sys',
  // A container with a user namespace may mount a /proc of its own only where one is to be seen with nothing over it.
  'if [ -e "$boot" ]; then mount -t proc proc "$sys"; mount --bind "$boot" /proc/sys/kernel/random/boot_id; fi',
  'exec "$@"',
].join('\n');

/** A new mount namespace: for sshd, which all of the box descends from. The process keeps its pid. */
export function launchArgv({ netns, folder }: LxcBox, argv: readonly string[]): [string, ...string[]] {
  const { sys, bootId } = boxLayout(folder);
  const enter = ['nsenter', `--net=/run/netns/${netns}`, 'unshare', '--mount', '--propagation', 'slave'];
  return [...enter, 'sh', '-c', SCRIPT, 'enter-box', sys, bootId, ...argv] as [string, ...string[]];
}

/** Beside the box's sshd. A box of processes has no inside: the box's PATH makes the command one of it. */
export function enterArgv(box: BoxState, argv: readonly string[]): [string, ...string[]] {
  if (box.kind === 'process') return [...argv] as [string, ...string[]];
  const { netns, sshd } = box;
  const mounts = sshd === null ? [] : [`--mount=/proc/${sshd.pid}/ns/mnt`];
  return ['nsenter', `--net=/run/netns/${netns}`, ...mounts, '--', ...argv] as [string, ...string[]];
}

export const boxPath = (bin: string): string => `${bin}:${USUAL_PATH}`;
