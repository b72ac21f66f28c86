/** One HTTP request to a locker; whatever comes of it is a value. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { hasOverflowed, isLocal } from '../inspect/local-trouble';
import { doorText } from './door';
import type { Door } from './door';

export interface HttpAsk {
  readonly method: 'GET' | 'POST';
  readonly door: Door;
  readonly path: string;
  readonly timeoutMs: number;
}
export type HttpAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly detail: string }
  /** Nothing listens there. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** `local`: the box could not ask, so it says nothing of the locker. */
  | { readonly kind: 'failed'; readonly detail: string; readonly timedOut?: boolean; readonly local?: boolean };

/** Answers about a quiesce are a line or two. */
const MAX_BODY = 64 * 1024;
const NOBODY: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOENT']);

export async function askHttp(ask: HttpAsk): Promise<HttpAnswer> {
  const { method, door, path, timeoutMs } = ask;
  const what = `${method} ${doorText(door)}${path}`;
  try {
    const tls = await tlsOf(door);
    return await send(ask, { what, tls, deadline: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    return { kind: 'failed', detail: `${what}: ${(error as Error).message}` };
  }
}

interface Sending {
  readonly what: string;
  readonly tls: object | null;
  readonly deadline: AbortSignal;
}

function send({ method, door, path, timeoutMs }: HttpAsk, { what, tls, deadline }: Sending): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const headers = door.host === undefined ? {} : { headers: { host: door.host } };
    const options: RequestOptions = { method, ...to(door), path, agent: false, signal: deadline, ...headers, ...tls };
    const asked = (tls ? requestTls : request)(options, (response) => {
      let body = '';
      const done = () => {
        const status = response.statusCode ?? 0;
        resolve({ kind: 'answer', status, body, detail: `${what}: ${status} ${body.slice(0, 200)}` });
      };
      response.setEncoding('utf8').on('data', (text: string) => {
        body = (body + text).slice(0, MAX_BODY);
      });
      response.once('end', done).once('error', ({ message }) => {
        resolve({ kind: 'failed', detail: `${what}: ${message}`, timedOut: deadline.aborted });
      });
    });
    asked.once('error', (error: NodeJS.ErrnoException) => {
      const detail = `${what}: ${error.name === 'AbortError' ? `no answer in ${timeoutMs} ms` : error.message}`;
      if (NOBODY.has(error.code)) resolve({ kind: 'refused', detail });
      else
        resolve({
          kind: 'failed',
          detail,
          timedOut: deadline.aborted,
          local: isLocal(error.code) || hasOverflowed(),
        });
    });
    asked.end();
  });
}

const to = ({ at }: Door): RequestOptions => ('socket' in at ? { socketPath: at.socket } : { host: at.address, port: at.port });

const withoutPort = (name: string): string => name.replace(/:\d+$/, '');

/** Asked for by name even where the certificate is not looked at: a server of several would not know which. */
async function tlsOf({ https, host }: Door): Promise<object | null> {
  if (https === undefined) return null;
  if (https === 'unchecked') return { rejectUnauthorized: false, ...(host !== undefined && { servername: withoutPort(host) }) };
  const ca = https.ca === undefined ? {} : { ca: await readFile(https.ca) };
  return { servername: withoutPort(https.name), ...ca };
}
