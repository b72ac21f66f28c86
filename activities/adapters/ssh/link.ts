/**
 * The protocol of domain/protocol/frames.ts over any duplex stream: the handshake, then many
 * requests told apart by id. Knows nothing of SSH. What a request comes to is a value; `lost`
 * means that the outcome is unknown.
 */
import type { Duplex } from 'node:stream';
import { Fault } from '../../../domain/faults';
import { MAX_LINE_BYTES, PROTOCOL, Reply, ServerHello } from '../../../domain/protocol/frames';
import type { Request } from '../../../domain/protocol/frames';
import { makeLineReader, parseJsonLine } from './line-codec';

export type Answer =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'lost'; readonly reason: string };

export interface Asked {
  readonly answer: Promise<Answer>;
  /** Nobody waits any more; a changing request goes on at the box. */
  forget(): void;
}

export interface Link {
  readonly hello: ServerHello['hello'];
  ask(request: Omit<Request, 'id'>, onProgress?: (line: string) => void): Asked;
  isUp(): boolean;
  close(): void;
}

/** What was seen when the other end did not speak our protocol. */
export type Handshake =
  | { readonly kind: 'link'; readonly link: Link }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'other-version'; readonly theirs: number; readonly lockerd: string }
  | { readonly kind: 'no-hello'; readonly reason: string; readonly said: readonly string[] }
  | { readonly kind: 'silent' };

interface Wire {
  readonly stream: Duplex;
  readonly pending: Map<number, Pending>;
  /** ssh2's channels do not tell themselves when they are destroyed. */
  up: boolean;
}
interface Pending {
  readonly settle: (answer: Answer) => void;
  readonly onProgress: ((line: string) => void) | undefined;
}

/** A login shell may print a greeting of its own before the relay speaks; more than this is something else. */
const MAX_CHATTER_LINES = 40;

/** Says hello and waits for theirs. */
export function shakeHands(stream: Duplex, { client, timeoutMs }: { client: string; timeoutMs: number }): Promise<Handshake> {
  return new Promise((resolve) => {
    const wire: Wire = { stream, pending: new Map(), up: true };
    const said: string[] = [];
    let greeted = false;
    const conclude = (handshake: Handshake) => {
      clearTimeout(timer);
      greeted = true;
      resolve(handshake);
      if (handshake.kind !== 'link') cut(wire, 'the handshake failed');
    };
    const timer = setTimeout(() => conclude({ kind: 'silent' }), timeoutMs);
    const end = (reason: string) => (greeted ? cut(wire, reason) : conclude({ kind: 'no-hello', reason, said }));
    const onLine = (line: string) => {
      if (!wire.up) return;
      if (greeted) return takeReply(wire.pending, line) ? undefined : end(`lockerd sent what is no reply: ${line.slice(0, 200)}`);
      const first = firstWord(line);
      if (first) conclude(first.kind === 'hello' ? { kind: 'link', link: makeLink(wire, first.hello) } : first);
      else if (said.push(line.slice(0, 200)) > MAX_CHATTER_LINES) end('it sent many lines and none of our protocol');
    };
    const reader = makeLineReader(onLine, () => end(`a line exceeded ${MAX_LINE_BYTES} bytes`));
    stream.on('data', (chunk: Buffer) => reader.push(chunk));
    stream.on('error', (error) => end(error.message));
    stream.once('close', () => end('the channel was closed'));
    stream.write(`${JSON.stringify({ hello: { protocol: PROTOCOL, client } })}\n`);
  });
}

function cut(wire: Wire, reason: string): void {
  if (wire.up) wire.stream.destroy();
  wire.up = false;
  for (const { settle } of wire.pending.values()) settle({ kind: 'lost', reason });
  wire.pending.clear();
}

type FirstWord =
  | Exclude<Handshake, { kind: 'link' | 'no-hello' | 'silent' }>
  | { readonly kind: 'hello'; readonly hello: ServerHello['hello'] };

function firstWord(line: string): FirstWord | null {
  const value = parseJsonLine(line);
  const hello = ServerHello.safeParse(value);
  if (hello.success) {
    const { protocol, lockerd } = hello.data.hello;
    return protocol === PROTOCOL ? { kind: 'hello', ...hello.data } : { kind: 'other-version', theirs: protocol, lockerd };
  }
  const reply = Reply.safeParse(value);
  return reply.success && 'fault' in reply.data ? { kind: 'refused', fault: faultFrom(reply.data.fault) } : null;
}

function makeLink(wire: Wire, hello: ServerHello['hello']): Link {
  let nextId = 1;
  return {
    hello,
    isUp: () => wire.up,
    close: () => cut(wire, 'closed by us'),
    ask: (request, onProgress) => {
      const id = nextId++;
      const line = `${JSON.stringify({ id, ...request } satisfies Request)}\n`;
      if (Buffer.byteLength(line) > MAX_LINE_BYTES) return settled({ kind: 'fault', fault: tooLong(request.verb) });
      if (!wire.up) return settled({ kind: 'lost', reason: 'the channel was closed' });
      const answer = new Promise<Answer>((settle) => wire.pending.set(id, { settle, onProgress }));
      wire.stream.write(line);
      return { answer, forget: () => void wire.pending.delete(id) };
    },
  };
}

const settled = (answer: Answer): Asked => ({ answer: Promise.resolve(answer), forget: () => {} });

const tooLong = (verb: string): Fault =>
  new Fault('BadRequest', `The request ${verb} is longer than a line may be (${MAX_LINE_BYTES} bytes).`);

/** False: the line is no reply at all. Replies to forgotten requests are dropped. */
function takeReply(pending: Map<number, Pending>, line: string): boolean {
  const parsed = Reply.safeParse(parseJsonLine(line));
  if (!parsed.success) return false;
  const reply = parsed.data;
  const waiting = pending.get(reply.id);
  if ('progress' in reply) {
    waiting?.onProgress?.(reply.progress);
    return true;
  }
  pending.delete(reply.id);
  waiting?.settle('fault' in reply ? { kind: 'fault', fault: faultFrom(reply.fault) } : { kind: 'result', value: reply.result });
  return true;
}

function faultFrom({ code, sentence, cure, evidence }: Extract<Reply, { fault: unknown }>['fault']): Fault {
  return new Fault(code, sentence, { cure, evidence });
}
