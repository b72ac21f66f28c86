/** lockerctl's own end of the protocol: one connection, many requests. */
import type { Socket } from 'node:net';
import { Fault } from '../../domain/faults';
import { PROTOCOL, Reply, ServerHello } from '../../domain/protocol/frames';
import type { Request } from '../../domain/protocol/frames';
import { VERBS } from '../../domain/protocol/verbs';
import type { Verb, VerbParams, VerbResult } from '../../domain/protocol/verbs';
import { lineReader } from '../server/lines';
import { VERSION } from '../version';

export interface Lockerd {
  call<V extends Verb>(verb: V, params: VerbParams<V>, more?: More): Promise<VerbResult<V>>;
  close(): void;
}
export interface More {
  readonly change?: NonNullable<Request['change']>;
  readonly onProgress?: (line: string) => void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: ((line: string) => void) | undefined;
}

export async function openLockerd(socket: Socket): Promise<Lockerd> {
  const pending = new Map<number, Pending>();
  await greet(socket, (line) => takeReply(pending, line));
  let id = 0;
  socket.once('close', () => {
    const lost = new Fault('LinkLost', 'lockerd ended while it was asked.', {
      cure: 'Look with `lockerctl status`, then ask again.',
    });
    for (const { reject } of pending.values()) reject(lost);
    pending.clear();
  });
  return {
    close: () => void socket.end(),
    call: async (verb, params, { change, onProgress } = {}) => {
      id += 1;
      const request: Request = { id, verb, params, ...(change ? { change } : {}) };
      const answer = new Promise<unknown>((resolve, reject) => pending.set(request.id, { resolve, reject, onProgress }));
      socket.write(`${JSON.stringify(request)}\n`);
      return VERBS[verb].result.parse(await answer) as VerbResult<typeof verb>;
    },
  };
}

function greet(socket: Socket, onReply: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Error ? error : new Fault('LinkLost', 'lockerd hung up.'));
    let greeted = false;
    const onLine = (line: string) => {
      if (greeted) return onReply(line);
      greeted = true;
      const value: unknown = JSON.parse(line);
      if (ServerHello.safeParse(value).success) return resolve();
      const reply = Reply.safeParse(value);
      fail(
        reply.success && 'fault' in reply.data
          ? faultFrom(reply.data.fault)
          : new Fault('LockerdMissing', 'Something else answers on the socket.'),
      );
    };
    socket.on(
      'data',
      lineReader(onLine, () => socket.destroy()),
    );
    socket.on('error', fail).once('close', fail);
    socket.write(`${JSON.stringify({ hello: { protocol: PROTOCOL, client: `lockerctl/${VERSION}` } })}\n`);
  });
}

function takeReply(pending: Map<number, Pending>, line: string): void {
  const reply = Reply.parse(JSON.parse(line));
  const waiting = pending.get(reply.id);
  if ('progress' in reply) return waiting?.onProgress?.(reply.progress);
  pending.delete(reply.id);
  if ('fault' in reply) waiting?.reject(faultFrom(reply.fault));
  else waiting?.resolve(reply.result);
}

function faultFrom({ code, sentence, cure, evidence }: Extract<Reply, { fault: unknown }>['fault']): Fault {
  return new Fault(code, sentence, { cure, evidence });
}
