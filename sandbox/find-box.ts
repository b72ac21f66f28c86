/** The sandbox and box that a command means: with one box there is nothing to choose. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { Fault } from '../domain/faults';
import { didYouMean } from '../domain/model/near-miss';
import { sandboxLayout } from './sandbox-layout';
import type { SandboxLayout } from './sandbox-layout';
import { readState } from './sandbox-state';
import type { BoxState, SandboxState } from './sandbox-state';

export async function openSandbox(dir: string): Promise<{ layout: SandboxLayout; state: SandboxState }> {
  const layout = sandboxLayout(existsSync(dir) ? await realpath(dir) : dir);
  const state = await readState(layout);
  if (state !== null && state.boxes.length > 0) return { layout, state };
  throw new Fault('SandboxUnavailable', `There is no sandbox in ${dir}.`, { cure: 'Make one with `npm run sandbox -- up`.' });
}

export function boxNamed({ boxes }: SandboxState, name: string | null): BoxState {
  const [only] = boxes;
  if (name === null && boxes.length === 1 && only) return only;
  const found = boxes.find((box) => box.name === name);
  if (found) return found;
  const names = boxes.map((box) => box.name);
  throw new Fault(
    'UnknownBox',
    name === null ? 'Which box?' : `The sandbox has no box ${JSON.stringify(name)}${didYouMean(name, names)}.`,
    {
      evidence: [`boxes: ${names.join(', ')}`],
      cure: 'Name one with --box.',
    },
  );
}

export function checkLocker({ name, lockers }: BoxState, locker: string): void {
  if (lockers.includes(locker)) return;
  throw new Fault('UnknownLocker', `Box ${name} has no locker ${JSON.stringify(locker)}${didYouMean(locker, lockers)}.`, {
    evidence: [`lockers: ${lockers[0]} to ${lockers.at(-1)}`],
    cure: 'Name one with --locker.',
  });
}
