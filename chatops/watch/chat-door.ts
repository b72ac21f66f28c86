/** The door to Temporal, opened when it is needed and anew when it led nowhere: a server may be away for hours and come back elsewhere. */
import { dataConverterFrom } from '../../codec/data-converter';
import { Fault } from '../../domain/faults';
import { findEnvironment } from '../../embedded/find-environment';
import { openDoor } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';

export interface ChatDoor {
  open(): Promise<Door>;
  /** What was opened led nowhere. */
  drop(): void;
  close(): Promise<void>;
}

/** Longer than any question waits. */
const LAST_QUESTIONS_MS = 60_000;

interface Opened {
  readonly door: Door;
  close(): Promise<void>;
}

export function makeChatDoor(env: NodeJS.ProcessEnv): ChatDoor {
  let opened: Promise<Opened> | null = null;
  const end = async () => {
    const before = opened;
    opened = null;
    await before?.then((one) => one.close()).catch(() => {});
  };
  return {
    open: async () => {
      opened ??= openNow(env);
      try {
        return (await opened).door;
      } catch (error) {
        opened = null;
        throw error;
      }
    },
    drop: () => {
      const before = opened;
      opened = null;
      // Somebody else's question may be under way on it.
      const close = () => void before?.then((one) => one.close()).catch(() => {});
      setTimeout(close, LAST_QUESTIONS_MS).unref();
    },
    close: end,
  };
}

async function openNow(env: NodeJS.ProcessEnv): Promise<Opened> {
  const environment = await findEnvironment(env);
  const door = openDoor({ ...environment, dataConverter: dataConverterFrom(env) });
  return { door, close: () => environment.connection.close() };
}

/** What passes when the door is opened anew. */
export const leadsNowhere = (error: unknown): boolean => error instanceof Fault && error.code === 'TemporalUnreachable';
