/**
 * Asks every locker from the host how it is, as its owner would, for as long as it runs. Beside
 * rollouts on two cores it must cost little: one short request a locker at a time.
 */
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { SANDBOX_VALUES } from '../../../sandbox/sandbox-fleet';
import type { Sandbox } from '../../support/sandbox';
import type { Probe } from './evidence';

export interface Prober {
  readonly log: readonly Probe[];
  stop(): Promise<void>;
}

const EVERY_MS = 200;
/** A locker that starts on a busy machine answers late, and is down only for whoever does not wait. */
const ANSWERS_WITHIN_MS = 2_000;

export function startProber(sandbox: Sandbox): Prober {
  const log: Probe[] = [];
  const ended = new AbortController();
  const follow = async (locker: string) => {
    while (!ended.signal.aborted) {
      const at = Date.now();
      const ok = await isHealthy(sandbox.address(locker));
      log.push({ at, till: Date.now(), locker, ok });
      await sleep(Math.max(EVERY_MS / 2, at + EVERY_MS - Date.now()));
    }
  };
  const all = Promise.all(sandbox.lockers.map(follow));
  return {
    log,
    stop: async () => {
      ended.abort();
      await all;
    },
  };
}

function isHealthy(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const options = { host, port: SANDBOX_VALUES.port, path: '/health', agent: false, signal };
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('error', () => resolve(false));
  });
}
