/** Who crashes again and again on the version that he is on, from the journal alone: asked often, it costs next to nothing. */
import type { VerbResult } from '../../domain/protocol/verbs';
import type { Daemon } from '../daemon';
import { currentVersion, readRevision } from '../release/versions';
import { isCrashLoop } from '../upkeep/decide-upkeep';

export async function crashLoops(daemon: Daemon): Promise<VerbResult<'crash-loops'>> {
  const looping = [...daemon.journal.state().lockers].filter(([, { crashes }]) => isCrashLoop(crashes, daemon.now()));
  const lockers = looping.map(async ([locker, { crashes, crashedOn, lastWords = '' }]) => {
    const version = await currentVersion(daemon, locker);
    if (crashedOn !== undefined && crashedOn !== version) return [];
    const revision = version === null ? null : await readRevision(daemon, locker, version);
    return [{ locker, version, release: revision?.release.id ?? null, crashes: crashes.length, why: lastWords }];
  });
  return { lockers: (await Promise.all(lockers)).flat() };
}
