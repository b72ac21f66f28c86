/** One client on the socket: the handshake, then its requests, all at once, until it leaves. Its jobs stay. */
import type { Socket } from 'node:net';
import { Fault } from '../../domain/faults';
import { ClientHello, MAX_LINE_BYTES, PROTOCOL, Request } from '../../domain/protocol/frames';
import type { Reply } from '../../domain/protocol/frames';
import { faultOf } from '../fault-of';
import { lineReader } from './lines';

/** A dozen inventories of 300 lockers: nobody who reads lets so much pile up. */
const MAX_UNREAD_BYTES = 8 * MAX_LINE_BYTES;

export interface Greeting {
  readonly lockerd: string;
  readonly box: string;
  readonly bootId: string;
}

export interface Client {
  /** Runs once when the client has left. */
  onLeave(then: () => void): void;
}

export type Answer = (request: Request, client: Client, onProgress: (line: string) => void) => Promise<unknown>;

export function serveConnection(socket: Socket, greeting: Greeting, answer: Answer): void {
  const client: Client = { onLeave: (then) => void socket.once('close', then) };
  const send = (frame: object) => {
    if (socket.destroyed) return;
    socket.write(`${JSON.stringify(frame)}\n`);
    // It asks and does not read; its jobs go on, and it may come back for their results.
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  };
  const refuse = (id: number, error: unknown) => {
    const { evidence, ...fault } = faultOf(error).details;
    send({ id, fault: { ...fault, evidence: [...evidence] } } satisfies Reply);
  };
  const serve = async (request: Request) => {
    const { id } = request;
    try {
      const result = await answer(request, client, (progress) => send({ id, progress } satisfies Reply));
      send({ id, result } satisfies Reply);
    } catch (error) {
      refuse(id, error);
    }
  };
  let greeted = false;
  const takeLine = (line: string) => {
    if (!greeted) {
      const fault = faultInHello(parseJson(line));
      if (fault) {
        refuse(0, fault);
        return socket.end();
      }
      greeted = true;
      return send({ hello: { protocol: PROTOCOL, ...greeting } });
    }
    const value = parseJson(line);
    const request = Request.safeParse(value);
    if (request.success) return void serve(request.data);
    refuse(idIn(value), request.error);
  };
  const tooLong = () => {
    refuse(0, new Fault('BadRequest', `A line exceeded ${MAX_LINE_BYTES} bytes.`));
    socket.end();
  };
  // A client that goes away is no news; its jobs go on.
  socket.on('error', () => socket.destroy()).on('data', lineReader(takeLine, tooLong));
}

function faultInHello(value: unknown): Fault | null {
  const hello = ClientHello.safeParse(value);
  if (!hello.success) return new Fault('BadRequest', 'The first line must be a hello.');
  const { protocol } = hello.data.hello;
  if (protocol === PROTOCOL) return null;
  return new Fault('ProtocolMismatch', `lockerd speaks protocol ${PROTOCOL}, the client ${protocol}.`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** So that a malformed request is answered to the one who asked. */
function idIn(value: unknown): number {
  const id = (value as { id?: unknown } | null | undefined)?.id;
  return typeof id === 'number' && Number.isInteger(id) ? id : 0;
}
