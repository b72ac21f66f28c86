/** Does anybody listen there? While a locker starts that is asked most of the time, and a request would cost several times as much. */
import { connect } from 'node:net';

export interface Door {
  readonly address: string;
  readonly port: number;
  /** The locker is on this very box; a SYN that was lost is sent again only after a second. */
  readonly withinMs: number;
}

/** null: somebody does. */
export function listens({ address, port, withinMs }: Door): Promise<{ kind: 'none'; detail: string } | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const say = (detail: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(detail === null ? null : { kind: 'none', detail });
    };
    const timer = setTimeout(() => say(`no connection in ${withinMs} ms`), withinMs);
    socket.once('connect', () => say(null)).once('error', (error) => say(error.message));
  });
}
