/** The argv of each LXC command that we use. Pure; why these and no others: docs of the port, lxc.ts. */
import type { LockerName } from '../../domain/model/ids';

const on = (command: string, lxcPath: string, name: LockerName): string[] => [command, '-P', lxcPath, '-n', name];

export const info = (lxcPath: string, name: LockerName) => [...on('lxc-info', lxcPath, name), '-s', '-p', '-H'];
/** -W: signal and return. Never `--nokill -t`, which signals again when it is repeated. */
export const signalStop = (lxcPath: string, name: LockerName) => [...on('lxc-stop', lxcPath, name), '-W'];
export const wait = (lxcPath: string, name: LockerName, of: { state: 'STOPPED'; seconds: number }) => [
  ...on('lxc-wait', lxcPath, name),
  '-s',
  of.state,
  '-t',
  String(of.seconds),
];
/**
 * In the foreground of a session of its own: with `-d` LXC sends what init prints to /dev/null,
 * and the reason of a crash would be lost.
 */
export const start = (lxcPath: string, name: LockerName, logs: { lxc: string; console: string }) => [
  ...on('lxc-start', lxcPath, name),
  '-F',
  '-o',
  logs.lxc,
  '-l',
  'NOTICE',
  '-L',
  logs.console,
  // A locker that prints for months must not fill the disk.
  '-s',
  'lxc.console.size=1MB',
];
export const attach = (lxcPath: string, name: LockerName, argv: readonly string[]) => [
  ...on('lxc-attach', lxcPath, name),
  '--clear-env',
  '--',
  ...argv,
];
export const unfreeze = (lxcPath: string, name: LockerName) => on('lxc-unfreeze', lxcPath, name);
export const version = () => ['lxc-start', '--version'];
