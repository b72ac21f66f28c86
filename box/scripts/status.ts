/** lockerctl status and history: tables for a person at the box. */
import type { Inventory, SeenLocker } from '../../domain/model/inventory';
import { HistoryRecord } from '../../domain/model/history';
import { STATUS_EXIT } from '../../domain/protocol/status-exit';
import { connectBox } from '../client/connect-box';
import type { Here } from '../client/connect-box';
import { openLockerd } from '../client/call-lockerd';
import { isDown } from '../lxc/lxc';
import { UsageError } from './arguments';
import type { Arguments } from './arguments';

export async function status(here: Here): Promise<number> {
  const lockerd = await openLockerd(await connectBox(here));
  try {
    const seen = await lockerd.call('inspect', { target: null });
    print(statusLines(seen).join('\n'));
    const missed = missedOf(seen.lockers);
    if (missed.length > 0) print(`${missed.length} of ${seen.lockers.length} lockers do not serve: ${missed.join(', ')}`);
    const allServe = missed.length === 0 && !seen.lockers.some(({ crashLoop }) => crashLoop);
    return allServe ? STATUS_EXIT.allServe : STATUS_EXIT.notAllServe;
  } finally {
    lockerd.close();
  }
}

/** Those that somebody misses: wanted up, not stopped by a script for a moment, and without a good answer. */
const missedOf = (lockers: readonly SeenLocker[]): string[] =>
  lockers.filter(({ wanted, parked, healthy }) => wanted === 'up' && !parked && !healthy).map(({ name }) => name);

/** Who holds the box, then a row for each locker: what `lockerctl status` prints. */
export function statusLines({ box, lease, freeze, lockers, lockerd, lxc, pressure }: Inventory): string[] {
  const cpu =
    pressure.cpuSomeAvg10 === null
      ? `load per core ${pressure.loadPerCore.toFixed(2)}`
      : `CPU pressure ${pressure.cpuSomeAvg10} %`;
  const memory = `memory available ${Math.round(pressure.memoryAvailablePercent)} %`;
  return [
    `box ${box} · lockerd ${lockerd} · LXC ${lxc} · ${cpu} · ${memory}`,
    lease ? `held by ${lease.holder} (${lease.by}) since ${lease.since}, generation ${lease.generation}` : 'held by nobody',
    ...(freeze ? [`CHANGES FROZEN by ${freeze.by} since ${freeze.since}: ${freeze.reason}`] : []),
    table(['locker', 'state', 'health', 'build', 'version', 'remarks'], lockers.map(row)),
  ];
}

function row(locker: SeenLocker): string[] {
  const { name, state, healthy, reportedBuild, current, running, initPid } = locker;
  const linked = current?.version ?? null;
  // One that was adopted and not started since runs none of its versions.
  const runs = running === null ? linked : running.version;
  const versions = runs === linked ? `${linked ?? '-'}` : `${runs ?? 'unknown'} (current ${linked ?? '-'})`;
  const health = initPid === null ? '-' : healthy ? 'good' : 'BAD';
  return [name, state, health, reportedBuild ?? '-', versions, remarks(locker)];
}

function remarks(locker: SeenLocker): string {
  const { state, wanted, owed, parked, next, problems, crashLoop, rewound, current } = locker;
  const said = [
    owed && `owed since ${owed.since}`,
    parked && `parked by ${parked.by}`,
    next !== null && `next ${next}`,
    state === 'other' && 'neither up nor down: at its hooks',
    isDown(locker) && wanted === 'down' && !parked && 'stopped on purpose',
    isDown(locker) && wanted === 'up' && !parked && !owed && 'DOWN, wanted up',
    crashLoop && 'CRASH LOOP',
    rewound?.to === current?.version && rewound && `brought back from version ${rewound.from} (${rewound.end ?? 'under way'})`,
    ...problems.map(({ code }) => code),
  ];
  return said.filter((text) => typeof text === 'string').join(', ');
}

export async function history(here: Here, { words }: Arguments): Promise<number> {
  const limit = words[0] ?? '20';
  if (!/^[1-9]\d{0,2}$/.test(limit)) throw new UsageError('give a number from 1 to 999');
  const lockerd = await openLockerd(await connectBox(here));
  try {
    const { records } = await lockerd.call('history', { limit: Number(limit) });
    const rows = records.map((record) => HistoryRecord.parse(record)).map(historyRow);
    print(
      rows.length === 0 ? 'no rollout and no script yet' : table(['ended', 'what', 'who', 'state', 'release', 'counts'], rows),
    );
    return 0;
  } finally {
    lockerd.close();
  }
}

function historyRow({ at, kind, holder, by, state, release, counts, takenFrom }: HistoryRecord): string[] {
  const said = Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));
  const who = holder.startsWith('local:') ? holder : `${by} ${holder.slice(0, 8)}`;
  return [at, kind, who, state, release ?? '-', [...said, ...(takenFrom ? [`from ${takenFrom}`] : [])].join(', ')];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => (cells[column] ?? '').length)));
  return [head, ...rows]
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
