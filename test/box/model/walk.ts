/** Takes one command after the other to the box, and looks after each whether everything that must hold holds. */
import { makeToken } from '../../../domain/model/token';
import type { BoxName, LockerName, Token } from '../../../domain/model/ids';
import { HOLDERS, makeAskers } from './askers';
import type { Asked, Askers, Holder, Sent, Told } from './askers';
import { checkAtRest } from './at-rest';
import type { AskedVerb, Command, Wait } from './commands';
import { makeMischief } from './make-mischief';
import { paramsOf } from './params-of';
import { NAMES, makeWorld } from './world';
import type { World } from './world';

export interface Walk {
  readonly world: World;
  readonly askers: Askers;
  /** One request, to its answer. */
  ask(
    holder: Holder,
    verb: AskedVerb,
    locker: LockerName | null,
    more?: { fresh?: boolean; variant?: number; wait?: Wait },
  ): Promise<Told | null>;
  /** Lets time go on until it is settled; null: lockerd died, or nobody can tell for a day. */
  until<T>(answer: Promise<T>): Promise<T | null>;
  pass(ms: number): Promise<void>;
  step(command: Command): Promise<void>;
}

/** Nothing that lockerd does takes so long. */
const PATIENCE_MS = 3_600_000;

const nameOf = (number: number) => NAMES[number % NAMES.length] as LockerName;
const holderAt = (number: number) => HOLDERS[number % HOLDERS.length] as Holder;
/** lockerd is there for them, as the forced command of sshd and the init of the box see to. */
const NEEDS_LOCKERD: ReadonlySet<Command['kind']> = new Set([
  'take',
  'release',
  'freeze',
  'thaw',
  'ask',
  'repeat',
  'rollout',
  'silence',
]);

export async function makeWalk(): Promise<Walk> {
  const world = await makeWorld();
  const { time, referee } = world;
  const askers = makeAskers(world);
  const cycles = new Map<string, number>();
  await world.startLockerd(false);

  const until = async <T>(answer: Promise<T>): Promise<T | null> => {
    const box: { said?: T } = {};
    void (async () => {
      box.said = await answer;
      time.stir();
    })();
    const late = time.now() + PATIENCE_MS;
    for (let dead = 0; ; ) {
      await world.rest();
      if ('said' in box) return box.said;
      // The news of its death takes a turn or two.
      if (!world.daemon() && (dead += 1) < 100) continue;
      if (time.now() > late || !time.ring()) {
        referee.blame('every request is answered', 'none came');
        return null;
      }
    }
  };
  const pass = async (ms: number) => {
    const clock = { rang: false };
    time.later(ms, () => void (clock.rang = true), 'walk');
    for (await world.rest(); !clock.rang; await world.rest()) time.ring();
  };
  const send = async (asked: Asked, wait: Wait): Promise<Told | null> => {
    const sent: Sent = await askers.send(asked);
    if (wait === 'answer') return until(sent.answer);
    if (wait === 'rest') await world.rest();
    return null;
  };
  const tokenOf = (holder: Holder, verb: AskedVerb, locker: LockerName | null, fresh: boolean): Token => {
    const key = `${holder} ${locker}`;
    if (fresh || !cycles.has(key)) cycles.set(key, (cycles.get(key) ?? 0) + 1);
    const whole = { rollout: holder, box: 'lxc12' as BoxName, cycle: cycles.get(key) ?? 1, step: verb };
    return makeToken(locker === null ? whole : { ...whole, locker });
  };
  const ask: Walk['ask'] = async (holder, verb, locker, { fresh = true, variant = 0, wait = 'answer' } = {}) => {
    const token = tokenOf(holder, verb, locker, fresh);
    const params = askers.sent.find((one) => one.token === token)?.params ?? paramsOf(verb, locker, variant);
    const generation = askers.generationOf(holder) ?? 1;
    referee.say(`? ${token} (${generation}) ${JSON.stringify(params).slice(0, 300)}`);
    return send({ holder, token, verb, params, generation }, wait);
  };

  /** Whoever holds the box and knows it; else somebody takes it first. */
  const holderNow = async (): Promise<Holder> => {
    const { lease } = referee.book;
    const known = HOLDERS.find((one) => one === lease?.holder && askers.generationOf(one) === lease.generation);
    if (known) return known;
    await until(askers.take('r1', true));
    return 'r1';
  };
  const mischief = makeMischief(world);

  const take = async (command: Command): Promise<unknown> => {
    switch (command.kind) {
      case 'take':
        return until(askers.take(holderAt(command.who), command.force));
      case 'release':
        return until(askers.release(holderAt(command.who)));
      case 'freeze':
      case 'thaw':
        return until(askers.freeze(holderAt(command.who), command.kind === 'freeze'));
      case 'leave':
        return askers.leave(holderAt(command.who));
      case 'ask': {
        const holder = command.who === null ? await holderNow() : holderAt(command.who);
        if (!world.daemon()) return null;
        return ask(holder, command.verb, command.verb === 'settle' ? null : nameOf(command.locker), command);
      }
      case 'repeat': {
        const asked = askers.sent.at(-1 - command.back);
        if (!asked) return null;
        const generation = command.asThen ? asked.generation : (askers.generationOf(asked.holder) ?? 1);
        referee.say(`? again ${asked.token} (${generation})`);
        return send({ ...asked, generation }, command.wait);
      }
      case 'rollout': {
        const holder = await holderNow();
        for (const verb of ['drain', 'update', 'verify'] as const)
          if (world.daemon())
            await ask(holder, verb, nameOf(command.locker), { fresh: verb === 'drain', variant: command.variant });
        return null;
      }
      case 'doom':
        return world.gate.doom({ ...command });
      case 'die':
        return world.die(command.power);
      case 'start-lockerd':
        return world.startLockerd(command.compacts);
      case 'pass':
        return pass(command.ms);
      case 'silence':
        time.jump(70_000);
        return pass(4_500);
      case 'mischief':
      case 'lxc-fails':
      case 'lxc-slow':
      case 'disk-full':
      case 'disk-free':
      default:
        return mischief(command, nameOf('locker' in command ? command.locker : 0));
    }
  };

  return {
    world,
    askers,
    ask,
    until,
    pass,
    step: async (command) => {
      referee.say(`# ${JSON.stringify(command)}`);
      if (NEEDS_LOCKERD.has(command.kind) && !world.daemon()) await world.startLockerd(false);
      if (NEEDS_LOCKERD.has(command.kind) && !world.daemon()) return;
      if (world.daemon()?.jobs.running().length === 0) for (const it of world.lockers.all) it.justEnded = it.init !== null;
      await take(command);
      if ('wait' in command && command.wait === 'none') return;
      await world.rest();
      checkAtRest(world);
    },
  };
}
