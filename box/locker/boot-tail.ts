/** The last lines that a locker printed since its start, else LXC's own: why it crashed. */
import { readFile } from 'node:fs/promises';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { lastLines } from '../lxc/parse';

export async function bootTail(box: BoxContext, locker: LockerName, count = 12): Promise<string[]> {
  const file = box.paths.bootLog(locker);
  const printed = lastLines(await readFile(file, 'utf8').catch(() => ''), count);
  if (printed.length > 0) return [`${file}:`, ...printed];
  return lastLines(await readFile(`${file}.lxc`, 'utf8').catch(() => ''), 4);
}
