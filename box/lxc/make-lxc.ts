/** `Lxc` on the real commands and /proc. */
import { LockerName } from '../../domain/model/ids';
import type { BoxConfig } from '../../domain/protocol/box-config';
import { configurationOf } from '../containers/configuration-of';
import type { BoxPaths } from '../paths';
import { addressesIn, addressesOf } from './addresses';
import { attach } from './attach';
import { watchMonitors } from './command-socket';
import * as commands from './commands';
import type { Lxc } from './lxc';
import { monitorProcesses } from './monitor-process';
import { parseConfigAddress } from './parse';
import { lives, lxc, pathOf, see } from './see';
import type { Known } from './see';
import { signalInit } from './signal-init';
import { signalStop } from './signal-stop';
import { startContainer } from './start-container';
import { waitStopped } from './wait-stopped';

export function makeLxc(config: BoxConfig, paths: BoxPaths): Lxc {
  const { lxcPath } = config;
  const pattern = new RegExp(`^(?:${config.lockerPattern})$`);
  const isLocker = (name: string) => LockerName.safeParse(name).success && pattern.test(name);
  const configuration = configurationOf({ config, paths });
  const known: Known = {
    lxcPath,
    inits: new Map(),
    monitors: watchMonitors(lxcPath),
    processes: monitorProcesses(lxcPath),
    spelled: new Map(),
  };
  return {
    version: async () => (await lxc(commands.version())).stdout.trim(),
    list: async () => (await configuration.names()).filter(isLocker) as LockerName[],
    see: (name) => see(known, name),
    isAlive: async (init) => lives(init),
    addresses: async (name) => {
      const inConfig = parseConfigAddress(await configuration.text(name).catch(() => ''));
      const { init } = config.kind === 'lxc' ? await see(known, name) : { init: null };
      return addressesOf(inConfig, init === null ? null : await addressesIn(init.pid));
    },
    signalStop: (name, init) => signalStop({ lxcPath: pathOf(known, name), configuration }, name, init),
    waitStopped: (name, timeoutMs) => waitStopped(known, name, timeoutMs),
    kill: async (_name, init) => signalInit(init, 'SIGKILL'),
    start: (name, timeoutMs) => {
      const logs = { lxc: `${paths.bootLog(name)}.lxc`, console: paths.bootLog(name) };
      return startContainer(known, name, { logs, timeoutMs });
    },
    attach: (name, argv, timeoutMs) => attach(known, name, { argv, timeoutMs }),
    unfreeze: (name) => lxc(commands.unfreeze(pathOf(known, name), name)),
  };
}
