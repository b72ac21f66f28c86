/** The last lines that a locker printed since its start, else LXC's own: why it crashed. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { lastLines } from '../lxc/parse';

/** LXC's monitor writes down what was printed; on a busy box the init has been seen dead before that. */
const PRINTED_WITHIN_MS = 1_000;
const LOOK_MS = 50;

export async function bootTail(box: BoxContext, locker: LockerName, count = 12): Promise<string[]> {
  const file = box.paths.bootLog(locker);
  const own = lastLines(await textOf(`${file}.lxc`), 4);
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const printed = lastLines(await textOf(file), count);
    if (printed.length > 0) return [`${file}:`, ...printed];
    if (own.length === 0 || waitedMs >= PRINTED_WITHIN_MS) return own;
    await sleep(LOOK_MS);
  }
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
