/** The Lxc port of one life of lockerd on the lockers of the walk. */
import { Fault } from '../../../domain/faults';
import type { Lxc } from '../../../box/lxc/lxc';
import type { Ran } from '../../../box/run';
import type { LockerName } from '../../../domain/model/ids';
import type { Ambient } from './ambient';

export function modelLxc({ lockers, gate, time }: Ambient): Lxc {
  const { named, done } = lockers;
  const wait = (ms: number) => new Promise<void>((resolve) => void time.later(ms, resolve, 'lockerd'));
  /** Slow, or failing: then it does nothing. */
  const command = async (name: LockerName, act: () => void): Promise<boolean> => {
    const it = named(name);
    const { lxcSlowMs } = it;
    it.lxcSlowMs = 0;
    if (lxcSlowMs > 0) await wait(lxcSlowMs);
    return gate.pass(async () => {
      it.lxcFails -= 1;
      if (it.lxcFails >= 0) return false;
      act();
      return true;
    });
  };
  const see = async (name: LockerName) => {
    time.stir();
    const { state, init } = named(name);
    return { state, init };
  };
  return {
    version: async () => '5.0.2',
    list: async () => lockers.all.map(({ name }) => name),
    see: async (name) => {
      if (named(name).lxcFails > 0 && named(name).init === null) {
        named(name).lxcFails -= 1;
        throw new Fault('CommandFailed', `LXC does not say how locker ${name} is.`);
      }
      return see(name);
    },
    isAlive: async ({ pid }) => lockers.all.some(({ init }) => init?.pid === pid),
    addresses: async (name) => [named(name).address],
    signalStop: async (name) => {
      const sent = await command(name, () => {
        const { init } = named(name);
        if (!init) return;
        done({ kind: 'signal', locker: name, init });
        lockers.endLater(name);
      });
      return ran(sent);
    },
    waitStopped: async (name, ms) => {
      if (named(name).state !== 'stopped' && ms > 0) {
        await new Promise<void>((resolve) => {
          const forget = lockers.whenEnded(name, resolve);
          time.later(ms, () => (forget(), resolve()), 'lockerd');
        });
      }
      return (await see(name)).state === 'stopped';
    },
    kill: async (name) => {
      await command(name, () => {
        const { init } = named(name);
        if (!init) return;
        done({ kind: 'kill', locker: name, init });
        lockers.end(name);
      });
    },
    start: async (name) => {
      const it = named(name);
      const began = await command(name, () => {
        done({ kind: 'start', locker: name });
        if (it.onStart === 'runs' && it.state === 'stopped') lockers.begin(name);
      });
      return began && it.onStart !== 'fails' ? { ok: true } : { ok: false, evidence: ['no such bridge'] };
    },
    attach: async () => ran(false),
    unfreeze: async (name) => {
      const thawed = await command(name, () => {
        done({ kind: 'thaw', locker: name });
        if (named(name).state === 'frozen') named(name).state = 'running';
      });
      return ran(thawed);
    },
  };
}

const ran = (ok: boolean): Ran => ({
  argv: ['lxc'],
  code: ok ? 0 : 1,
  stdout: '',
  stderr: '',
  timedOut: false,
  tookMs: 0,
  startError: null,
});
