/** While changing calls are open on a box, tells lockerd that somebody still cares for their tokens (its dead-man waits a minute). */
import type { Token } from '../../../domain/model/ids';
import type { Link } from './link';

const EVERY_MS = 10_000;

export interface Heartbeat {
  /** Named from now on; the returned function ends it. */
  name(token: Token): () => void;
  stop(): void;
}

export function makeHeartbeat(link: () => Link | null, everyMs: number = EVERY_MS): Heartbeat {
  const open = new Map<Token, number>();
  let timer: NodeJS.Timeout | undefined;
  const beat = () => link()?.ask({ verb: 'heartbeat', params: { tokens: [...open.keys()] } });
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    stop,
    name: (token) => {
      open.set(token, (open.get(token) ?? 0) + 1);
      timer ??= setInterval(beat, everyMs).unref();
      return () => {
        const left = (open.get(token) ?? 1) - 1;
        if (left > 0) open.set(token, left);
        else open.delete(token);
        if (open.size === 0) stop();
      };
    },
  };
}
