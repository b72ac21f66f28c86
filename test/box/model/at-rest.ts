/** What must hold whenever nothing moves: lockerd's own idea of the box is what is durable, and every link names a whole version. */
import { isDeepStrictEqual } from 'node:util';
import { lockerIn } from './book';
import type { World } from './world';
import { realFs } from './disk';

export function checkAtRest(world: World): void {
  const { box, lockers, referee } = world;
  for (const { name } of lockers.all) {
    const link = realFs.readlinkSync(box.paths.current(name));
    if (!realFs.existsSync(`${box.paths.locker(name)}/${link}/REVISION`))
      referee.blame('current names a whole version', `${name}: ${link}`);
  }
  const daemon = world.daemon();
  if (!daemon) return;
  const { book } = referee;
  const state = daemon.journal.state();
  const differ = (what: string, is: unknown, durable: unknown) => {
    if (!isDeepStrictEqual(is, durable))
      referee.blame('state is the fold of what is durable', `${what}: ${JSON.stringify(is)} is not ${JSON.stringify(durable)}`);
  };
  differ('generation', state.generation, book.generation);
  differ('lease', state.lease, book.lease);
  differ('freeze', state.freeze, book.freeze);
  for (const [name, { wanted, owed, parked, next, quiesced }] of state.lockers)
    differ(name, { wanted, owed, parked, next, quiesced }, lockerIn(book, name));
  for (const job of state.jobs.values()) {
    const known = book.jobs.get(job.token);
    differ(`${job.token} end`, job.end?.kind ?? null, known?.end?.kind ?? null);
    differ(`${job.token} generation`, job.generation, known?.generation);
    const intents = job.intents.map(({ intent, done }) => `${intent.kind} ${done}`);
    differ(
      `${job.token} intents`,
      intents,
      known?.intents.map(({ kind, done }) => `${kind} ${done}`),
    );
  }
  for (const { token, end, generation, holder } of book.jobs.values())
    if (!state.jobs.has(token as never) && (end === null || (generation >= book.generation && holder !== 'lockerd')))
      referee.blame('no token is forgotten', token);
}
