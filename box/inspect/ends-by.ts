/**
 * By which signals an init ends its container in good order, where it is one whose words are known. What it blocks or
 * catches does not say that: systemd waits for SIGTERM too, and takes it for "execute yourself anew"; SIGINT is a reboot to it.
 */
import { readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { resolveBelow } from '../locker/path-in-locker';
import { maskOf } from './signal-mask';

/** systemd: halt and power off. LXC knows it by the first, and sends that one where no lxc.signal.halt is set. */
const SYSTEMD = [37, 38];
/** By the name of their program. busybox: power off, halt; runit: look whether it is to stop. */
const BY_NAME: Readonly<Record<string, readonly number[]>> = { systemd: SYSTEMD, busybox: [12, 10], runit: [18] };

/** By its /proc/<pid>/status: systemd alone blocks the signal by which it halts, to wait for it. */
export const isSystemd = (status: string): boolean => maskOf(status, 'SigBlk').includes(37);

/** null: an init that is not known here; then any handler must be taken for a good one. */
export async function endsBy(initPid: number, proc = '/proc'): Promise<readonly number[] | null> {
  const status = await readFile(join(proc, `${initPid}/status`), 'utf8').catch(() => '');
  if (isSystemd(status)) return SYSTEMD;
  const name = basename(await readlink(join(proc, `${initPid}/exe`)).catch(() => ''));
  if (name !== 'init') return BY_NAME[name] ?? null;
  return endsByTable(join(proc, `${initPid}/root`));
}

/** Of one that does not run, by what its root file system starts. */
export async function wouldEndBy(rootfs: string): Promise<readonly number[] | null> {
  const program = await resolveBelow(rootfs, '/sbin/init');
  const name = basename(program ?? '');
  return name === 'init' ? endsByTable(rootfs) : (BY_NAME[name] ?? null);
}

/** sysvinit does what its table says: on SIGPWR the lines of a power failure, on SIGINT that of Ctrl-Alt-Del. */
async function endsByTable(root: string): Promise<readonly number[] | null> {
  const file = await resolveBelow(root, '/etc/inittab');
  const text = file === null ? null : await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : endsInTable(text);
}

const ACTIONS: Readonly<Record<string, number>> = { powerfail: 30, powerwait: 30, powerfailnow: 30, ctrlaltdel: 2 };
/** A script that somebody wrote for it is not looked into: it must be told here. */
const HALTS = /(?:^|\/|\s)(?:(?:tel)?init\s+0|halt|poweroff|shutdown\s(?:.*\s)?-[a-zA-Z]*[hHP])/;

/** Pure. */
export function endsInTable(text: string): number[] {
  const found = text.split('\n').flatMap((line) => {
    const [, action = '', command = ''] = /^\s*[^#:\s][^:]*:[^:]*:([^:]+):(.*)$/.exec(line) ?? [];
    const signal = ACTIONS[action];
    return signal !== undefined && HALTS.test(command) ? [signal] : [];
  });
  return [...new Set(found)].toSorted((a, b) => b - a);
}
