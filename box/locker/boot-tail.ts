/** Why a locker crashed: the last lines that it printed since its start, else LXC's own, and what its service says of itself. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { lastLines } from '../lxc/parse';
import { serviceOf } from './service-of';

/** LXC's monitor writes down what was printed; on a busy box the init has been seen dead before that. */
const PRINTED_WITHIN_MS = 1_000;
const LOOK_MS = 50;
/** A journal answers at once; a box that is busy takes its time to start the command. */
const EVIDENCE_MS = 10_000;

/** What the application says comes last: the console of an init knows little of it. */
export async function bootTail(box: BoxContext, locker: LockerName, count = 12): Promise<string[]> {
  const own = await ownEvidence(box, locker, count);
  return [...(await consoleTail(box, locker, own.length > 0 ? Math.min(4, count) : count)), ...own];
}

async function consoleTail(box: BoxContext, locker: LockerName, count: number): Promise<string[]> {
  const file = box.paths.bootLog(locker);
  const own = lastLines(await textOf(`${file}.lxc`), 4);
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const printed = lastLines(await textOf(file), count);
    if (printed.length > 0) return [`${file}:`, ...printed];
    if (own.length === 0 || waitedMs >= PRINTED_WITHIN_MS) return own;
    await sleep(LOOK_MS);
  }
}

/** By a command in the locker, which can only be run while its init lives. */
async function ownEvidence(box: BoxContext, locker: LockerName, count: number): Promise<string[]> {
  const evidence = (await serviceOf(box))?.evidence;
  if (!evidence) return [];
  const { state } = await box.lxc.see(locker);
  if (state !== 'running') return [];
  const argv = evidence.kind === 'exec' ? evidence.argv : ['tail', '-n', String(count), '--', evidence.path];
  const { stdout, stderr } = await box.lxc.attach(locker, argv, EVIDENCE_MS);
  const lines = lastLines(stdout.trim() === '' ? stderr : stdout, count);
  return lines.length === 0 ? [] : [`${evidence.kind === 'exec' ? argv.join(' ') : evidence.path}:`, ...lines];
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');
