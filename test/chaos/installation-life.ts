/**
 * What works on an installation now, so that its end is one: a command or a start that came later
 * would bring a server up in a home that is gone.
 */
import type { Running } from '../support/cli';
import type { Installation } from '../support/installation';
import { endCommand } from './end-command';

interface Life {
  ended: boolean;
  /** The last one of those that start what is missing. */
  starting: Promise<void>;
  readonly commands: Set<Running>;
  /** Of the fault that strikes now. */
  undo: () => Promise<unknown>;
}

const lives = new WeakMap<Installation, Life>();

function lifeOf(installation: Installation): Life {
  const life = lives.get(installation) ?? {
    ended: false,
    starting: Promise.resolve(),
    commands: new Set(),
    undo: async () => {},
  };
  lives.set(installation, life);
  return life;
}

export const isOver = (installation: Installation): boolean => lifeOf(installation).ended;

/** One after the other: the product's lock on starts is between processes, and these are commands of one. */
export function startInTurn(installation: Installation, work: () => Promise<void>): Promise<void> {
  const life = lifeOf(installation);
  const mine = async () => {
    await life.starting.catch(() => {});
    if (life.ended) throw new Error('the installation is being ended');
    await work();
  };
  const turn = mine();
  life.starting = turn;
  // Whoever asked hears of it; the next one only waits.
  turn.catch(() => {});
  return turn;
}

export function knowCommand(installation: Installation, command: Running): void {
  lifeOf(installation).commands.add(command);
}

export function knowUndo(installation: Installation, undo: () => Promise<unknown>): void {
  lifeOf(installation).undo = undo;
}

/** From here on nothing is started in it; back when nothing is on its way any more. */
export async function endLife(installation: Installation): Promise<void> {
  const life = lifeOf(installation);
  life.ended = true;
  await life.starting.catch(() => {});
  for (const command of life.commands) await endCommand(command);
  await life.undo();
}
