/** The ways to start all lockers of a box. Each returns when it was told to start which locker, and what failed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { execInBox } from '../sandbox/exec-in-box';
import { boxNamed, openSandbox } from '../sandbox/find-box';
import type { Ran } from '../box/run';
import type { Sandbox } from '../test/support/sandbox';
import { intentTimes, journalLines } from './journal-lines';

export interface Begun {
  /** Epoch milliseconds. */
  readonly startedAt: ReadonlyMap<string, number>;
  readonly refused: readonly string[];
}
export interface StartWay {
  readonly name: string;
  start(sandbox: Sandbox, signal: AbortSignal): Promise<Begun>;
}

/** All of 300 through the lane, with the pressure gate in between. */
const ALL_WITHIN_MS = 30 * 60_000;

export async function onBox({ dir, box }: Sandbox, ...argv: readonly string[]): Promise<Ran> {
  return execInBox(boxNamed((await openSandbox(dir)).state, box), argv, ALL_WITHIN_MS);
}

const start = (sandbox: Sandbox, locker: string) => ['lxc-start', '-P', sandbox.boxLayout.lxc, '-n', locker, '-d'];

export const allAtOnce: StartWay = {
  name: 'bare, all at once',
  async start(sandbox) {
    const at = Date.now();
    // One shell that forks: asking for each from here would space them out.
    const lines = sandbox.lockers.map((locker) => `(${start(sandbox, locker).join(' ')} || echo ${locker}) &`);
    const ran = await onBox(sandbox, 'sh', '-c', `${lines.join('\n')}\nwait`);
    const startedAt = new Map(sandbox.lockers.map((locker) => [locker, at]));
    return { startedAt, refused: ran.stdout.split('\n').filter((line) => line !== '') };
  },
};

/** As lxc-autostart does with `lxc.start.delay`, which takes whole seconds. */
export const oneByOne = (delayMs: number): StartWay => ({
  name: `bare, one by one, ${delayMs / 1_000} s apart`,
  async start(sandbox, signal) {
    const startedAt = new Map<string, number>();
    const refused: string[] = [];
    for (const locker of sandbox.lockers) {
      signal.throwIfAborted();
      startedAt.set(locker, Date.now());
      if ((await sandbox.exec(...start(sandbox, locker))).code !== 0) refused.push(locker);
      await sleep(delayMs);
    }
    return { startedAt, refused };
  },
});

/** The start lane; `off`: only the number at once counts. */
export const startAll = (gate: 'on' | 'off'): StartWay => ({
  name: `lxc-start-all, pressure gate ${gate}`,
  async start(sandbox) {
    const since = Date.now();
    const ran = await onBox(sandbox, 'lxc-start-all', ...(gate === 'off' ? ['--cpu-pressure', '100'] : []));
    const startedAt = intentTimes(await journalLines(sandbox, since), 'start');
    const refused = sandbox.lockers.filter((locker) => ran.code !== 0 && !startedAt.has(locker));
    return { startedAt, refused };
  },
});
