/** A locker as the host sees it: which one to hit, its init, its monitor. */
import { readFile } from 'node:fs/promises';
import { boxPaths } from '../../../box/paths';
import { execInBox } from '../../../sandbox/exec-in-box';
import { boxLayout } from '../../../sandbox/sandbox-layout';
import { lockerOf } from '../../../domain/model/token';
import type { Token } from '../../../domain/model/ids';
import type { RolloutWorld } from '../world';

const ANSWER_MS = 30_000;

/** Every other time the one that the box has just written about, so that a step is hit under way. */
export async function pickLocker(world: RolloutWorld): Promise<string> {
  const { sandbox } = world.installation;
  const anyone = world.random.pick(sandbox.lockers);
  if (world.random.number(2) === 0) return anyone;
  const journal = await readFile(boxPaths(sandbox.boxConfig).journal, 'utf8');
  const tokens = [...journal.matchAll(/"token":"([^"]+)"/g)].map(([, token]) => lockerOf(token as Token));
  return tokens.findLast((locker) => locker !== null) ?? anyone;
}

/** null: it is down. */
export async function initPid(world: RolloutWorld, locker: string): Promise<number | null> {
  const { stdout } = await onLxc(world, 'lxc-info', [locker, '-p', '-H']);
  const pid = Number(stdout.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

export async function monitorPid(init: number): Promise<number | null> {
  const status = await readFile(`/proc/${init}/status`, 'utf8').catch(() => '');
  const pid = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1]);
  return pid > 1 ? pid : null;
}

export async function onLxc(world: RolloutWorld, command: string, [locker = '', ...more]: readonly string[]) {
  const box = await world.box();
  return execInBox(box, [command, '-P', boxLayout(box.folder).lxc, '-n', locker, ...more], ANSWER_MS);
}
