/** Looks at every `current` for as long as it runs, and notes what changes. */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../../support/sandbox';
import type { ReleaseSight } from './evidence';
import { currentRelease } from './whole-release';

export interface ReleaseWatch {
  readonly sights: readonly ReleaseSight[];
  /** Build of each version that was ever `current`: `locker/version`. */
  readonly builds: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

const EVERY_MS = 100;

/** The socket's folder goes with the power. Faults may put another disk under a box without power, which is not looked at meanwhile. */
const hasPower = ({ boxConfig }: Sandbox): boolean => existsSync(boxConfig.socket);

export function startReleaseWatch(sandbox: Sandbox): ReleaseWatch {
  const sights: ReleaseSight[] = [];
  const builds = new Map<string, string>();
  const last = new Map<string, string>();
  const ended = new AbortController();
  const look = async (locker: string) => {
    const powered = hasPower(sandbox);
    const { target, revision, missing } = await currentRelease(sandbox, locker);
    if (!powered || !hasPower(sandbox)) return;
    if (revision) builds.set(`${locker}/${revision.version}`, revision.code.build);
    const text = [target, ...missing].join();
    if (last.get(locker) === text) return;
    last.set(locker, text);
    sights.push({ at: Date.now(), locker, target, missing });
  };
  const watch = async () => {
    while (!ended.signal.aborted) {
      await Promise.all(sandbox.lockers.map(look));
      await sleep(EVERY_MS);
    }
  };
  const watching = watch();
  return {
    sights,
    builds,
    stop: async () => {
      ended.abort();
      await watching;
    },
  };
}
