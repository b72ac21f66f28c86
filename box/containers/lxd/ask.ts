/**
 * The daemon of LXD, and of Incus, which came of it and speaks the same: HTTP on a unix socket in the folder
 * that its containers are in. No process is started for a question.
 */
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../../../domain/faults';

export interface LxdDaemon {
  /** What people call it. */
  readonly name: 'lxd' | 'incus';
  readonly socket: string;
}

interface Kept {
  readonly kind: string;
  readonly lxcPath: string;
}

export const daemonOf = ({ kind, lxcPath }: Kept): LxdDaemon => ({
  name: kind === 'incus' ? 'incus' : 'lxd',
  socket: join(dirname(lxcPath), 'unix.socket'),
});

export interface Question {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/1.0`. */
  readonly path: string;
  readonly body?: unknown;
  readonly timeoutMs?: number;
}

/** It answers in milliseconds. */
const ANSWER_MS = 15_000;

interface Answered {
  readonly status: number;
  readonly text: string;
}

export async function askRaw(daemon: LxdDaemon, { method, path, body, timeoutMs = ANSWER_MS }: Question): Promise<Answered> {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise<Answered>((resolve, reject) => {
    const failed = (error: Error) => reject(silent(daemon, `${method} /1.0${path}`, error));
    const headers = sent === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) };
    const signal = AbortSignal.timeout(timeoutMs);
    const asking = request({ socketPath: daemon.socket, method, path: `/1.0${path}`, headers, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', failed).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asking.on('error', failed).end(sent);
  });
}

function silent({ name, socket }: LxdDaemon, what: string, error: NodeJS.ErrnoException): Fault {
  const evidence = [`${what} on ${socket}: ${error.message}`];
  if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED')
    return new Fault('CommandFailed', `${name} does not answer.`, { evidence });
  return new Fault('LxcMissing', `No ${name} answers on this box.`, {
    evidence,
    cure: `Start ${name}, or mend lxcPath in box.json: its socket is looked for beside that folder.`,
  });
}

const Answer = z.object({
  type: z.enum(['sync', 'async', 'error']),
  operation: z.string().nullish(),
  error: z.string().nullish(),
  metadata: z.unknown(),
});

/** null: there is no such thing. What is done in the background is given by its operation: see `awaited`. */
export async function ask(daemon: LxdDaemon, question: Question): Promise<z.infer<typeof Answer> | null> {
  const { status, text } = await askRaw(daemon, question);
  if (status === 404) return null;
  const answer = Answer.parse(JSON.parse(text));
  if (answer.type !== 'error') return answer;
  throw new Fault('CommandFailed', `${daemon.name} refused what it was asked for.`, {
    evidence: [`${question.method} /1.0${question.path}: ${answer.error ?? text.slice(0, 300)}`],
  });
}

const Operation = z.object({
  status_code: z.number(),
  err: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
});
export type Operation = z.infer<typeof Operation>;

/** Below this an operation goes on. */
const ENDED = 200;

/** null: it goes on after the time. */
export async function awaited(daemon: LxdDaemon, question: Question, timeoutMs: number): Promise<Operation | null> {
  const begun = await ask(daemon, question);
  const path = begun?.operation?.replace(/^\/1\.0/, '');
  if (path === undefined) return { status_code: 404, err: 'there is no such instance', metadata: null };
  const seconds = Math.max(0, Math.ceil(timeoutMs / 1000));
  const ended = await ask(daemon, {
    method: 'GET',
    path: `${path}/wait?timeout=${seconds}`,
    timeoutMs: seconds * 1000 + ANSWER_MS,
  });
  const operation = Operation.parse(ended?.metadata);
  return operation.status_code < ENDED ? null : operation;
}
