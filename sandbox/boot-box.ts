/** Boots a box that lost its power: a new boot id, its sshd, and lockerd, as an init's boot hook would start it. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { evidenceOf } from '../box/run';
import { Fault } from '../domain/faults';
import { lockerdAnswered } from '../domain/protocol/status-exit';
import { execInBox } from './exec-in-box';
import { boxNamed, openSandbox } from './find-box';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';
import { reviveSshd } from './start-sshd';

const LOCKERD_UP_WITHIN_MS = 60_000;

export async function bootBox(dir: string, name: string): Promise<BoxState> {
  const { folder } = boxNamed((await openSandbox(dir)).state, name);
  await writeFile(boxLayout(folder).bootId, `${randomUUID()}\n`);
  const box = await reviveSshd(dir, name);
  // Any question starts it, and never a second one.
  const ran = await execInBox(box, ['lockerctl', 'status'], LOCKERD_UP_WITHIN_MS);
  if (lockerdAnswered(ran.code)) return box;
  throw new Fault('CommandFailed', `lockerd of ${name} did not come up after its boot.`, { evidence: evidenceOf(ran) });
}
