/**
 * What is executed for a migration, and as whom: argv of the release's own manifest, in its built tree.
 * One of a locker runs as whoever owns its data (docs/decisions/0014-migrations.md), one of the box as
 * lockerd itself.
 */
import { stat } from 'node:fs/promises';
import { timeoutMsOf } from '../../domain/model/release-manifest';
import type { BoxContext } from '../context';
import { ourselves } from '../release/build-owner';
import { newestVersionOfCode } from './version-of-code';
import type { Begin } from './attempt-folder';
import type { Subject } from './subject';

export type Which = 'run' | 'check' | 'undo';

/** A question about data that nobody changes meanwhile. */
const CHECK_MS = 120_000;

/** Processes of one run are known by this entry of their environment, wherever they went. */
export const RUN_ENTRY = 'LOCKSTEP_RUN';
/** With an end: the folder of attempt 1 begins like that of attempt 10. */
export const runValue = (folder: string): string => `${folder}/`;

/** `folder`: of the attempt; null for a check, which leaves nothing. */
export async function commandOf(box: BoxContext, subject: Subject, which: Which, folder: string | null): Promise<Begin> {
  const { code, migration } = subject;
  return {
    argv: [...argvOf(subject, which)],
    cwd: box.paths.code(code.id),
    env: {
      PATH: box.config.path,
      LANG: 'C.UTF-8',
      LOCKSTEP_MIGRATION: migration.id,
      ...(await placesOf(box, subject)),
      ...(folder !== null && { [RUN_ENTRY]: runValue(folder) }),
    },
    owner: await ownerOf(box, subject),
    timeoutMs: which === 'check' ? CHECK_MS : timeoutMsOf(migration),
  };
}

function argvOf({ migration }: Subject, which: Which): readonly string[] {
  return which === 'undo' ? (migration.undo ?? []) : migration[which];
}

async function placesOf(box: BoxContext, { locker, code }: Subject): Promise<Record<string, string>> {
  if (locker === null) return { LOCKSTEP_DATA: box.config.data, LOCKSTEP_LOCKERS: (await box.lxc.list()).join(' ') };
  const config = await newestVersionOfCode(box, locker, code.id);
  return {
    LOCKSTEP_LOCKER: locker,
    LOCKSTEP_ME: box.paths.me(locker),
    ...(config !== null && { LOCKSTEP_CONFIG: `${box.paths.version(locker, config)}/config` }),
  };
}

async function ownerOf(box: BoxContext, { locker }: Subject): Promise<Begin['owner']> {
  if (locker === null || ourselves().uid !== 0) return null;
  const { uid, gid } = await stat(box.paths.me(locker));
  return { uid, gid };
}
