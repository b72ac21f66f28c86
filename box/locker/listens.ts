/** Does anybody listen there? While a locker starts that is asked most of the time, and a request would cost several times as much. */
import { connect } from 'node:net';
import { hasOverflowed, isLocal } from '../inspect/local-trouble';

export interface Tcp {
  readonly address: string;
  readonly port: number;
}

export interface Knock extends Tcp {
  /** The locker is on this very box; a SYN that was lost is sent again only after a second. */
  readonly withinMs: number;
}

export interface Silent {
  readonly kind: 'none';
  readonly detail: string;
  /** The box could not ask, so it says nothing of the locker. */
  readonly local: boolean;
}

/** null: somebody does. */
export function listens({ address, port, withinMs }: Knock): Promise<Silent | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const say = (detail: string | null, code?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(detail === null ? null : { kind: 'none', detail, local: isLocal(code) || hasOverflowed() });
    };
    const timer = setTimeout(() => say(`no connection in ${withinMs} ms`), withinMs);
    socket.once('connect', () => say(null)).once('error', (error: NodeJS.ErrnoException) => say(error.message, error.code));
  });
}
