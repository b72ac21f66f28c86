/** One entry taken back: shown, then done. What is so already is no change. */
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { accountOf, removeAccount } from './accounts';
import { command } from './command';
import { Failed } from './failed';
import { asItIs, bytesOf, linkTarget, putBack, removeBeside, removeEmpty, writeWhole } from './host-files';
import { endLockerd, lockerdPid, removeLeavings } from './lockerd-process';
import type { Change, Entry } from './wanted';

type KeyEntry = Extract<Entry, { kind: 'key' }>;

export function seeUndo(entry: Entry): Change {
  const minus = (text: string, lines: readonly string[] = []): Change => ({ id: entry.id, sign: '-', text, lines });
  switch (entry.kind) {
    case 'account':
      return minus(`account ${entry.name} and its home`);
    case 'folder':
      return minus(`folder ${entry.path}, where it is empty`);
    case 'file':
      return entry.before === null
        ? minus(`file ${entry.path}`)
        : { ...minus(`file ${entry.path}: what was there before comes back`), sign: '~' };
    case 'link':
      return minus(`link ${entry.path}`);
    case 'key':
      return minus(`line in ${entry.path}`, [`- ${entry.line}`, ...entry.replaced.map((line) => `+ ${line}`)]);
    case 'unit':
      return minus(`unit ${entry.name}`);
    case 'lockerd':
      break;
  }
  const text = `lockerd${processText(entry)}, its journal, mirrors and log; running lockers are not touched`;
  return minus(
    text,
    entry.leaves.filter((path) => existsSync(path)),
  );
}

const processText = (entry: Extract<Entry, { kind: 'lockerd' }>): string => {
  const pid = lockerdPid(entry);
  return pid === null ? '' : ` (process ${pid})`;
};

/** Answers the folders that stay, since something else lies in them. */
export async function undoChange(entry: Entry): Promise<string[]> {
  switch (entry.kind) {
    case 'account':
      if (accountOf(entry.name) !== null) removeAccount(entry.name);
      break;
    case 'folder':
      break;
    case 'file':
      putBack(entry.path, entry.before);
      removeBeside(entry.path);
      break;
    case 'link':
      undoLink(entry);
      break;
    case 'key':
      undoKey(entry);
      removeBeside(entry.path);
      break;
    case 'unit':
      command(['systemctl', 'disable', '--now', entry.name]);
      break;
    case 'lockerd':
      await endForGood(entry);
      break;
  }
  return removeEmpty(entry.folders);
}

/** An install that was killed while it started lockerd leaves one that comes up a moment later. */
async function endForGood(entry: Extract<Entry, { kind: 'lockerd' }>): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    await endLockerd(entry);
    removeLeavings(entry.leaves);
    await sleep(COMES_UP_WITHIN_MS);
    if (lockerdPid(entry) === null && !entry.leaves.some((path) => existsSync(path))) return;
  }
  throw new Failed('lockerd comes up again and again, or somebody writes where it did; it was not given up.', [
    ...entry.leaves.filter((path) => existsSync(path)),
    'end whatever starts it, run this again',
  ]);
}
const COMES_UP_WITHIN_MS = 2_000;
const MOST_TRIES = 5;

function undoLink({ path, before, target }: Extract<Entry, { kind: 'link' }>): void {
  if (linkTarget(path) !== target) return;
  rmSync(path, { force: true });
  if (before) symlinkSync(before, path);
}

/** Keys that somebody added since stay. */
function undoKey({ path, before, line, replaced }: KeyEntry): void {
  const now = asItIs(path);
  if (now === null) return;
  const kept = (bytesOf(path)?.toString('utf8') ?? '').split('\n').filter((one) => one !== '' && one !== line);
  const wasLines =
    before === null
      ? []
      : Buffer.from(before.base64, 'base64')
          .toString('utf8')
          .split('\n')
          .filter((one) => one !== '');
  const same = [...kept, ...replaced].toString();
  if (
    before !== null &&
    wasLines
      .filter((one) => !replaced.includes(one))
      .concat(replaced)
      .toString() === same
  )
    return putBack(path, before);
  const lines = [...kept, ...replaced];
  if (lines.length === 0 && before === null) return rmSync(path, { force: true });
  writeWhole(path, lines.map((one) => `${one}\n`).join(''), now);
}
