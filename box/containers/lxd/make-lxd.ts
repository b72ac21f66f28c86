/** `Lxc` on the daemon of LXD or Incus, and /proc. Signals go straight to the init: the daemon sees by itself that it ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { LockerName } from '../../../domain/model/ids';
import type { BoxConfig } from '../../../domain/protocol/box-config';
import { addressesIn } from '../../lxc/addresses';
import type { InitProcess, Lxc } from '../../lxc/lxc';
import { monitorProcesses } from '../../lxc/monitor-process';
import { pauseAfter } from '../../lxc/pause-after';
import { lives } from '../../lxc/see';
import { signalInit } from '../../lxc/signal-init';
import { signalHalt } from '../../lxc/signal-stop';
import type { BoxPaths } from '../../paths';
import type { Ran } from '../../run';
import { ask, daemonOf } from './ask';
import { startInstance, thawInstance } from './change-state';
import { execInside } from './exec-inside';
import { lxdConfiguration } from './lxd-configuration';
import { seeInstance } from './see-instance';
import type { Known } from './see-instance';

export function makeLxd(config: BoxConfig, paths: BoxPaths): Lxc {
  const daemon = daemonOf(config);
  const configuration = lxdConfiguration(config);
  const pattern = new RegExp(`^(?:${config.lockerPattern})$`);
  const isLocker = (name: string) => LockerName.safeParse(name).success && pattern.test(name);
  const known: Known = { daemon, inits: new Map(), monitors: monitorProcesses(config.lxcPath) };
  return {
    version: async () => versionIn((await ask(daemon, { method: 'GET', path: '' }))?.metadata),
    list: async () => (await configuration.names()).filter(isLocker) as LockerName[],
    see: (name) => seeInstance(known, name),
    isAlive: async (init) => lives(init),
    addresses: async (name) => {
      const { init } = await seeInstance(known, name);
      return init === null ? [] : ((await addressesIn(init.pid)) ?? []);
    },
    signalStop: async (name, init) => {
      await signalHalt(configuration, name, init);
      return signalled(daemon.name, name, init);
    },
    waitStopped: (name, timeoutMs) => waitStopped(known, name, timeoutMs),
    kill: async (_name, init) => signalInit(init, 'SIGKILL'),
    start: (name, timeoutMs) => startInstance(daemon, name, { log: paths.bootLog(name), timeoutMs }),
    attach: async (name, argv, timeoutMs) => {
      const { state } = await seeInstance(known, name);
      if (state === 'running') return execInside(daemon, name, { argv, timeoutMs });
      return { ...NOT_RUN, argv, stderr: `the locker is ${state === 'other' ? 'between two states' : state}: not asked` };
    },
    unfreeze: (name) => thawInstance(daemon, name),
  };
}

const About = z.object({ environment: z.object({ server: z.string(), server_version: z.string() }) });

function versionIn(metadata: unknown): string {
  const { server, server_version: version } = About.parse(metadata).environment;
  return `${server} ${version}`;
}

const NOT_RUN = { code: null, stdout: '', timedOut: false, tookMs: 0, startError: null } as const;

const signalled = (program: string, name: LockerName, { pid }: InitProcess): Ran => ({
  ...NOT_RUN,
  argv: [program, 'signal', name, String(pid)],
  code: 0,
  stderr: '',
});

/** The init first, whose end costs least to look for; then the monitor, and with it the hooks of the daemon. */
async function waitStopped(known: Known, name: LockerName, timeoutMs: number): Promise<boolean> {
  const began = performance.now();
  const init = known.inits.get(name);
  const goesOn = () => (init !== undefined && lives(init)) || known.monitors.of(name) !== null;
  while (performance.now() - began < timeoutMs && goesOn()) await sleep(pauseAfter(performance.now() - began));
  for (;;) {
    const { state } = await seeInstance(known, name);
    if (state !== 'other' || performance.now() - began >= timeoutMs) return state === 'stopped';
    await sleep(pauseAfter(performance.now() - began));
  }
}
