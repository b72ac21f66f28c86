/** Puts lockerd together over a context; knows no process and no signals, so that a test can make one. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERBS } from '../domain/protocol/verbs';
import type { BoxContext } from './context';
import type { Daemon } from './daemon';
import { faultOf } from './fault-of';
import { lockerOf, makeJobs } from './jobs/jobs';
import { openJournal } from './journal/journal';
import type { JournalOptions } from './journal/journal';
import type { Job as JobRecord } from './journal/records';
import { watchCores } from './lane/free-cores';
import { makeLane } from './lane/lane';
import { readPressure } from './lane/pressure';
import { takeUpMigrations } from './migrations/take-up';
import { answer } from './server/answer';
import { serveConnection } from './server/connection';
import { listen, refuseSecond } from './server/listen';
import type { Listening } from './server/listen';
import { makeLocalHolders } from './server/local-holders';
import { changingVerbs } from './verbs/verb-table';

export interface RunningDaemon {
  readonly daemon: Daemon;
  close(): Promise<void>;
}

export async function startDaemon(box: BoxContext, rules: Pick<JournalOptions, 'compactBytes'> = {}): Promise<RunningDaemon> {
  await refuseSecond(box.config.socket);
  const journal = openJournal({ file: box.paths.journal, box: box.config.box, now: box.now, ...rules });
  const verbs = changingVerbs(() => daemon);
  const daemon: Daemon = {
    ...box,
    journal,
    lane: makeLane(readPressure, box.now, { count: availableParallelism(), free: watchCores(box.now) }),
    jobs: makeJobs({ journal, verbs, log: box.log }),
    heard: new Map(),
    settling: new Set(),
    startedAt: box.now(),
  };
  const { takeFor, giveBackLeft } = makeLocalHolders(daemon);
  const greeting = { lockerd: box.version, box: box.config.box, bootId: box.bootId };
  const listening = await listen(box.config.socket, (socket) =>
    serveConnection(socket, greeting, async (request, client, onProgress) => {
      // Apart from the others, because a script's lease belongs to its connection.
      const lease = request.verb === 'take-lease' ? VERBS['take-lease'].params.safeParse(request.params) : null;
      return lease?.success ? takeFor(lease.data, client) : answer(daemon, request, onProgress);
    }),
  );
  takeUpUnfinished(daemon);
  takeUpMigrations(daemon, daemon.settling);
  giveBackLeft();
  return { daemon, close: () => closeDown(listening, daemon) };
}

/** A locker that an earlier life of lockerd left half way is brought to the end of its job, asked for or not. */
function takeUpUnfinished(daemon: Daemon): void {
  const { jobs, generation } = daemon.journal.state();
  // A copy, since what is taken up is put last.
  const known = Array.from(jobs.values());
  for (const job of known) {
    const halfWay = job.end === null && job.generation === generation && job.intents.length > 0;
    if (!halfWay || isOver(job, known)) continue;
    daemon.log(`taken up again: ${job.token}`);
    daemon.jobs.takeUp(job).catch((error: unknown) => daemon.log(`${job.token}: ${faultOf(error).message}`));
  }
}

/**
 * Its end could not be written (the disk was full), but another had its turn on that locker since:
 * what it wanted is no longer what the locker was last asked for.
 */
function isOver(job: JobRecord, known: readonly JobRecord[]): boolean {
  const after = known.slice(known.indexOf(job) + 1).filter((other) => lockerOf(other.params) === lockerOf(job.params));
  return after.some(({ end, intents }) => end !== null || intents.length > 0);
}

async function closeDown(listening: Listening, daemon: Daemon): Promise<void> {
  await listening.close();
  // A write that was begun gets to the disk; jobs are taken up by the next lockerd.
  await sleep(20);
  daemon.journal.close();
}
