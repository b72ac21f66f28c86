/** With the faults gone, whoever comes first brings up what is owed, and nothing is left over. */
import { checkAtRest } from './at-rest';
import { lockerIn } from './book';
import type { ModelLocker } from './lockers';
import type { Walk } from './walk';

export async function checkEnd(walk: Walk): Promise<void> {
  const { world, askers } = walk;
  const { lockers, disk, referee, gate, time } = world;
  referee.say('# the end: all faults are gone');
  disk.free();
  gate.doom({ left: Number.POSITIVE_INFINITY, edge: 'after', power: false, part: 1 });
  for (const it of lockers.all) {
    Object.assign(it, {
      onStart: 'runs',
      bootMs: 0,
      healthy: true,
      idle: true,
      deaf: false,
      lxcFails: 0,
      lxcSlowMs: 0,
      endsAfterMs: 0,
    });
    if (it.state === 'frozen') it.state = 'running';
  }
  if (!world.daemon() && !(await world.startLockerd(false))) return referee.blame('lockerd comes up', 'it does not');
  await walk.pass(20_000);
  // Whose halt signal was announced and got lost gets no second one: there a person has to help.
  for (const it of lockers.all) if (it.ending || isAnnounced(walk, it)) lockers.endLater(it.name);
  await walk.pass(5_000);
  // Nobody speaks for anything any more.
  time.jump(10 * 60_000);
  await walk.pass(30_000);
  checkAtRest(world);
  byItself(walk);
  if (referee.violations.length > 0) return;
  await walk.until(askers.take('r1', true));
  await walk.until(askers.freeze('local:jane', false));
  for (const { name } of lockers.all) {
    const { owed, parked } = lockerIn(referee.book, name);
    if (owed || parked) await walk.ask('r1', 'start', name);
  }
  await walk.ask('r1', 'settle', null);
  checkAtRest(world);
  byRequest(walk);
}

function isAnnounced({ world }: Walk, { init }: ModelLocker): boolean {
  const told = [...world.referee.book.jobs.values()].flatMap(({ intents }) => intents.filter(({ kind }) => kind === 'stop'));
  return init !== null && told.some(({ said }) => (said['init'] as { pid: number }).pid === init.pid);
}

/** lockerd alone: all but what is parked. */
function byItself({ world }: Walk): void {
  const { lockers, referee, daemon } = world;
  for (const { name, init, closed } of lockers.all) {
    const record = lockerIn(referee.book, name);
    if (record.parked) continue;
    const what = `${name}: ${JSON.stringify(record)}`;
    if (record.owed) referee.blame('an owed locker is brought up by lockerd itself', what);
    if (record.wanted === 'up' && !init) referee.blame('a locker that is wanted up is up', what);
    if (init && closed) referee.blame('a quiesce that nobody speaks for is undone', what);
  }
  const left = daemon()?.jobs.running() ?? [];
  if (left.length > 0) referee.blame('every job ends', left.map(({ token }) => token).join(', '));
}

function byRequest(walk: Walk): void {
  const { lockers, referee } = walk.world;
  byItself(walk);
  for (const { name, init } of lockers.all) {
    const { owed, parked, wanted } = lockerIn(referee.book, name);
    if (owed || parked) referee.blame('a start pays what is owed', `${name}: ${JSON.stringify({ owed, parked })}`);
    if (wanted === 'up' && !init) referee.blame('a locker that is wanted up is up', name);
  }
}
