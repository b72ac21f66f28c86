/**
 * Runs on the host, by `node -` over an admin's login: the bundle of this file comes on stdin, one call of
 * `main` behind it. Looks first and changes only what differs, each thing written down before it is
 * changed. Says one JSON line a step. Needs Node 18 and nothing else.
 */
import { existsSync, readFileSync } from 'node:fs';
import { lockerdAnswered } from '../domain/protocol/status-exit';
import { command } from './command';
import { entryOf, withEntry } from './entries';
import { Failed } from './failed';
import { digestOf } from './host-files';
import { beginInstallRecord, endInstallRecord, readInstallRecord, writeInstallRecord } from './install-record';
import { askLockerd } from './lockerd-process';
import { lookAtHost } from './look-at-host';
import { makeChange } from './make-change';
import { idOf, seeChange } from './see-change';
import { seeBonds } from './see-bonds';
import { seeUndo, undoChange } from './undo-change';
import type { Change, Command, Frame, Places, Plan, Wanted } from './wanted';

const tell = (frame: Frame): void => void process.stdout.write(`${JSON.stringify(frame)}\n`);

export async function main(asked: Command): Promise<void> {
  // Whoever logs in may be used to a stricter one.
  process.umask(0o022);
  try {
    await run(asked);
    tell({ done: true });
  } catch (error) {
    const evidence = error instanceof Failed ? error.evidence : [String((error as Error).stack).slice(0, 1_000)];
    tell({ failed: { sentence: (error as Error).message, evidence } });
    process.exitCode = 1;
  }
}

async function run(asked: Command): Promise<void> {
  switch (asked.do) {
    case 'look':
      return tell({ facts: await lookAtHost(asked.places, asked.asked) });
    case 'plan':
      return tell({ plan: planOf(asked.wanted) });
    case 'install':
      return install(asked);
    case 'plan-undo':
      return planUndo(asked.places);
    case 'undo':
      return undo(asked.places, asked.digest);
  }
}

function planOf(wanted: readonly Wanted[]): Plan {
  const due = new Set<string>();
  const changes = wanted.flatMap((one) => {
    const change = seeChange(one, due);
    if (change !== null) due.add(change.id);
    return change === null ? [] : [change];
  });
  return { changes, stays: [], digest: digestOf(JSON.stringify(changes)) };
}

async function install({ places, wanted, digest }: Extract<Command, { do: 'install' }>): Promise<void> {
  const plan = planOf(wanted);
  if (plan.digest !== digest) return tell({ changedMeanwhile: plan });
  if (plan.changes.length > 0) await makeAll(places, wanted, plan.changes);
  const lockerd = wanted.find((one) => one.kind === 'lockerd');
  if (lockerd?.kind !== 'lockerd') return;
  const { exit, lines } = askLockerd(lockerd.lockerctl);
  tell({ lockerd: { exit, lines } });
}

async function makeAll(places: Places, wanted: readonly Wanted[], changes: readonly Change[]): Promise<void> {
  let record = beginInstallRecord(places.record);
  for (const change of changes) {
    const one = wanted.find((candidate) => idOf(candidate) === change.id) as Wanted;
    record = { ...record, entries: withEntry(record.entries, entryOf(one, new Date().toISOString())) };
    writeInstallRecord(places.record, record);
    const said = await makeChange(one);
    if (said !== null && !lockerdAnswered(said.exit)) throw new Failed('lockerd does not answer.', said.lines);
    tell({ step: change.text });
  }
}

async function planUndo(places: Places): Promise<void> {
  const plan = undoPlanOf(places);
  const installed = existsSync(places.config)
    ? (JSON.parse(readFileSync(places.config, 'utf8')) as Record<string, unknown>)
    : null;
  const entries = readInstallRecord(places.record)?.entries ?? [];
  const lockerctl = entries.find(({ id }) => id.endsWith('/lockerctl'));
  // To ask starts it. An install that was killed before it did so is bound to nobody, and has no entry by which to end one.
  const wasStarted = entries.some(({ kind }) => kind === 'lockerd');
  const asks = wasStarted && installed !== null && lockerctl?.kind === 'file' && existsSync(lockerctl.path);
  tell({ undoPlan: plan, bonds: asks ? await seeBonds(installed, lockerctl.path) : null });
}

/** The last change first; the record itself goes at the end. */
function undoPlanOf(places: Places): Plan {
  const record = readInstallRecord(places.record);
  const changes = (record?.entries ?? []).toReversed().map(seeUndo);
  // Which process it is does not matter to what is undone.
  return { changes, stays: [], digest: digestOf(JSON.stringify(changes.map(({ id }) => id))) };
}

async function undo(places: Places, digest: string): Promise<void> {
  const plan = undoPlanOf(places);
  if (plan.digest !== digest) return tell({ changedMeanwhile: plan });
  let record = readInstallRecord(places.record);
  if (record === null) return;
  for (const entry of record.entries.toReversed()) {
    const { text } = seeUndo(entry);
    const stays = await undoChange(entry);
    record = { ...record, entries: record.entries.filter(({ id }) => id !== entry.id) };
    writeInstallRecord(places.record, record);
    tell({ step: stays.length === 0 ? text : `${stays.join(', ')} stays: it is not empty` });
  }
  if (plan.changes.some(({ id }) => id.startsWith('unit '))) command(['systemctl', 'daemon-reload']);
  endInstallRecord(places.record, record);
}
