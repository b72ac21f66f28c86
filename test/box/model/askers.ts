/** Who asks: two rollouts and two people at scripts, each on a connection of their own; what they were told stays true. */
import { isDeepStrictEqual } from 'node:util';
import type { Lockerd } from '../../../box/client/call-lockerd';
import { Fault } from '../../../domain/faults';
import type { LockerName, Token } from '../../../domain/model/ids';
import type { VerbParams } from '../../../domain/protocol/verbs';
import { aClient } from '../support/a-client';
import type { AskedVerb } from './commands';
import { lockerIn } from './book';
import type { World } from './world';

export const HOLDERS = ['r1', 'r2', 'local:jane', 'local:bob'] as const;
export type Holder = (typeof HOLDERS)[number];

export type Told = { readonly kind: 'result'; readonly result: unknown } | { readonly kind: 'fault'; readonly code: string };

export interface Asked {
  readonly holder: Holder;
  readonly token: Token;
  readonly verb: AskedVerb;
  readonly params: object;
  readonly generation: number;
}
export interface Sent extends Asked {
  readonly answer: Promise<Told>;
}

export interface Askers {
  generationOf(holder: Holder): number | null;
  take(holder: Holder, force: boolean): Promise<Told>;
  release(holder: Holder): Promise<Told>;
  freeze(holder: Holder, on: boolean): Promise<Told>;
  leave(holder: Holder): void;
  send(asked: Asked): Promise<Sent>;
  /** Everything that was asked, oldest first. */
  readonly sent: readonly Asked[];
}

export function makeAskers(world: World): Askers {
  const { referee } = world;
  const links = new Map<Holder, { lockerd: Lockerd; of: unknown }>();
  const generations = new Map<Holder, number>();
  const results = new Map<Token, unknown>();
  const sent: Asked[] = [];

  const linkOf = async (holder: Holder): Promise<Lockerd> => {
    const known = links.get(holder);
    if (known?.of === world.daemon()) return known.lockerd;
    const lockerd = await aClient(world.box);
    links.set(holder, { lockerd, of: world.daemon() });
    return lockerd;
  };
  const told = async (what: string, call: () => Promise<unknown>): Promise<Told> => {
    try {
      const result = await call();
      world.time.stir();
      referee.say(`-> ${what}: ${JSON.stringify(result)}`);
      return { kind: 'result', result };
    } catch (error) {
      world.time.stir();
      const code = error instanceof Fault ? error.code : ((error as NodeJS.ErrnoException).code ?? String(error));
      referee.say(`-> ${what}: ${code} ${error instanceof Fault ? error.sentence : ''}`);
      if (!(error instanceof Fault) && !['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code))
        referee.blame('every answer is one of the protocol', `${what}: ${code}`);
      return { kind: 'fault', code };
    }
  };

  /** What it must be refused for, as far as the asker can know. */
  const isFenced = ({ holder, generation }: Asked) => {
    const known = [...generations].filter(([other]) => other !== holder).map(([, newer]) => newer);
    return known.some((newer) => newer > generation);
  };
  const judge = (asked: Asked, answer: Told, fenced: boolean) => {
    if (answer.kind === 'fault') return;
    const { token, verb } = asked;
    if (fenced) referee.blame('an older generation is refused', `${token} of ${asked.generation} was answered`);
    const kind = (answer.result as { kind?: string }).kind;
    const before: unknown = results.get(token);
    const isChanged = before !== undefined && !isDeepStrictEqual(before, answer.result);
    if (isChanged && kind !== 'superseded' && !mayBeLookedAtAgain(verb, before))
      referee.blame('a result that was told stays', `${token}: ${JSON.stringify(before)}, then ${JSON.stringify(answer.result)}`);
    results.set(token, isChanged && kind !== 'superseded' ? answer.result : (before ?? answer.result));
    const { jobs, generation } = referee.book;
    // One that was fenced may have ended and been compacted away in one write.
    const isGone = !jobs.has(token) && asked.generation < generation;
    if (!isGone && jobs.get(token)?.end?.kind !== 'done') referee.blame('what is told is durable', token);
    const { locker, onPurpose } = asked.params as { locker: LockerName; onPurpose?: boolean };
    // Asked again, it is still as old as when it was asked first.
    const first = sent.findIndex((one) => one.token === token);
    const later = sent.slice(first + 1).filter((one) => (one.params as { locker?: string }).locker === locker);
    const isUndone = later.some((one) => one.verb === 'start');
    const asksDown = verb === 'stop' && !isUndone && before === undefined && (kind === 'stopped' || onPurpose === true);
    if (asksDown && lockerIn(referee.book, locker).owed === null && kind !== 'stop-timed-out') referee.mustStayDown.add(locker);
  };

  return {
    sent,
    generationOf: (holder) => generations.get(holder) ?? null,
    take: async (holder, force) => {
      const link = await linkOf(holder);
      const answer = await told(`${holder} takes the lease`, () => link.call('take-lease', { holder, by: holder, force }));
      if (answer.kind === 'result') {
        const { generation } = answer.result as { generation: number };
        generations.set(holder, generation);
        if (referee.book.generation < generation) referee.blame('what is told is durable', `lease ${generation} of ${holder}`);
      }
      return answer;
    },
    release: async (holder) => {
      const link = await linkOf(holder);
      const generation = generations.get(holder) ?? 1;
      return told(`${holder} gives the lease back`, () => link.call('release-lease', { holder, generation }));
    },
    freeze: async (holder, on) => {
      const link = await linkOf(holder);
      return told(`${holder} ${on ? 'freezes' : 'thaws'}`, () =>
        on ? link.call('freeze-changes', { by: holder, reason: 'test' }) : link.call('thaw-changes', { by: holder }),
      );
    },
    leave: (holder) => {
      links.get(holder)?.lockerd.close();
      links.delete(holder);
    },
    send: async (asked) => {
      const { holder, token, verb, params, generation } = asked;
      const link = await linkOf(holder);
      sent.push(asked);
      if (verb === 'start') referee.mustStayDown.delete((params as { locker: LockerName }).locker);
      const fenced = isFenced(asked);
      // Compacted away: its generation was over.
      if (!referee.book.jobs.has(token)) results.delete(token);
      const change = { token, holder, generation };
      const answer = told(`${token} (${generation})`, () => link.call(verb, params as VerbParams<AskedVerb>, { change }));
      return { ...asked, answer: answer.then((said) => (judge(asked, said, fenced), said)) };
    },
  };
}

/** That a locker was up holds for as long as it is: one that has gone down since is told as it is now. */
function mayBeLookedAtAgain(verb: AskedVerb, before: unknown): boolean {
  if (verb !== 'verify' && verb !== 'start') return false;
  return ['healthy', 'serving', 'already'].includes((before as { kind: string }).kind);
}
