/**
 * Deliberately broken builds, each with the scene in which it does its harm. With the good build
 * the same scene is without fault: then the referee must not find any either.
 */
import { readlink, rename, symlink } from 'node:fs/promises';
import { boxPaths } from '../../../box/paths';
import { versionsOf } from '../../../box/release/versions';
import type { LockerName } from '../../../domain/model/ids';
import type { Edit } from './broken-lockerd';
import { aDirectRollout } from './direct-rollout';
import type { DirectRollout } from './direct-rollout';
import type { JudgedEnd } from './evidence';
import type { Invariant } from './violation';

export interface Sabotage {
  readonly name: string;
  readonly caughtBy: Invariant;
  readonly edits: readonly Edit[];
  /** By default `ended`. */
  readonly end?: JudgedEnd;
  readonly deadManMs?: number;
  /** Returns when all of its requests are answered. */
  readonly scene: (rollout: DirectRollout) => Promise<void>;
  /** Locker that is to be started anew for the next scene. */
  readonly spoils?: string;
}

const updateOne = (locker: string) => async (rollout: DirectRollout) => {
  const release = await rollout.stageOther(locker);
  await rollout.update(locker, release);
  await rollout.verify(locker);
};

const doubleTerm: Sabotage = {
  name: 'double TERM',
  caughtBy: 'I4',
  edits: [
    {
      file: 'box/locker/stop-locker.ts',
      piece: '    if (signal) await daemon.lxc.signalStop(locker, init);',
      becomes: `    if (signal) await daemon.lxc.signalStop(locker, init);
    if (signal) await daemon.lxc.signalStop(locker, init);`,
    },
  ],
  scene: updateOne('l01'),
};

/** So late that no load of the machine can make it look as if it came before. */
const noIntent: Sabotage = {
  name: 'no intent before the signal',
  caughtBy: 'I4',
  edits: [
    {
      file: 'box/jobs/job.ts',
      piece: `      await journal.append(...along, { kind: 'intent', token, intent });
      const result = await act();`,
      becomes: `      const result = await act();
      if (intent.kind === 'stop') await new Promise((later) => setTimeout(later, 2_000));
      await journal.append(...along, { kind: 'intent', token, intent });`,
    },
  ],
  scene: updateOne('l01'),
};

/** The second request is the first one once more, late: a locker that was started meanwhile must not stop again. The stop itself looks as well. */
const noDedupe: Sabotage = {
  name: 'token dedupe off',
  caughtBy: 'I2',
  edits: [
    {
      file: 'box/jobs/jobs.ts',
      piece: `if (earlier?.end?.kind !== 'done') return`,
      becomes: 'if (earlier?.end !== undefined || !earlier) return',
    },
    {
      file: 'box/verbs/stop.ts',
      piece: '  if (init && begun) assertStillAsked(daemon, job, params);\n',
      becomes: '  void assertStillAsked;\n',
    },
  ],
  scene: async (rollout) => {
    await rollout.stop('l02');
    await rollout.start('l02');
    await rollout.stop('l02');
  },
};

/** Somebody moved the link of a running locker by hand: only its mounts show what it runs on. */
const blindCollection: Sabotage = {
  name: 'garbage collection that ignores mounts',
  caughtBy: 'I3',
  edits: [
    {
      file: 'box/release/gc.ts',
      piece: 'const mounted = await mountedDirectories([box.paths.codeRoot, box.paths.lockersRoot]);',
      becomes: 'const mounted = new Set<string>();',
    },
  ],
  spoils: 'l06',
  scene: async (rollout) => {
    for (const ref of ['v1', 'stable', 'v2']) await rollout.stage(ref);
    const paths = boxPaths(rollout.sandbox.boxConfig);
    const locker = 'l06' as LockerName;
    const newest = (await versionsOf({ paths }, locker)).at(-1);
    const link = paths.current(locker);
    if ((await readlink(link)) !== `versions/${newest}`) {
      await symlink(`versions/${newest}`, `${link}.by-hand`);
      await rename(`${link}.by-hand`, link);
    }
    await rollout.settle(1);
  },
};

/** The release crashes, and its rollout falls silent: nobody but lockerd brings the locker up again. */
const owedIgnored: Sabotage = {
  name: 'owed ignored',
  caughtBy: 'I9',
  edits: [
    {
      file: 'box/upkeep/decide-upkeep.ts',
      piece: `if (owed) return silent && !patient ? { kind: 'bring-up', because: 'owed' } : NONE;`,
      becomes: 'if (owed) return NONE;',
    },
  ],
  end: 'terminated',
  deadManMs: 1_000,
  scene: async (rollout) => {
    await rollout.update('l03', await rollout.stage('broken'));
  },
};

const wrongVersion: Sabotage = {
  name: 'start on the wrong version',
  caughtBy: 'I5',
  edits: [
    {
      file: 'box/locker/move-locker.ts',
      piece: `await job.effect({ kind: 'switch', from, to }, () => switchTo(daemon, locker, to),`,
      becomes: `await job.effect({ kind: 'switch', from, to }, async () => {},`,
    },
  ],
  scene: updateOne('l04'),
};

/** A rollout that was taken over does not know it yet, and goes on. */
const leaseCheckOff: Sabotage = {
  name: 'lease check off',
  caughtBy: 'I2',
  edits: [
    { file: 'box/jobs/jobs.ts', piece: '      checkLease(journal.state(), asked);\n', becomes: '' },
    { file: 'box/jobs/job.ts', piece: '    checkFence(state, job?.generation ?? 0);\n', becomes: '' },
  ],
  scene: async (rollout) => {
    const release = await rollout.stageOther('l05');
    const newer = await aDirectRollout(rollout.sandbox, { force: true });
    // Fenced, where the box is as it should be.
    await rollout.update('l05', release).catch(() => {});
    await newer.update('l05', release);
    await newer.verify('l05');
    await newer.end();
    newer.close();
  },
};

/** In the workflow, with a whole rollout: the worker is started from a copy of the sources. */
export const MAX_DOWN_PLUS_ONE: readonly Edit[] = [
  {
    file: 'domain/decide/decide.ts',
    piece: 'let room = load.slots - load.down;',
    becomes: 'let room = load.slots + 1 - load.down;',
  },
];

export const SABOTAGES: readonly Sabotage[] = [
  doubleTerm,
  noIntent,
  noDedupe,
  blindCollection,
  owedIgnored,
  wrongVersion,
  leaseCheckOff,
];
