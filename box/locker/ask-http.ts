/** One HTTP request to a locker; whatever comes of it is a value. */
import { request } from 'node:http';
import { hasOverflowed, isLocal } from '../inspect/local-trouble';

export interface HttpAsk {
  readonly method: 'GET' | 'POST';
  readonly address: string;
  readonly port: number;
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

export function askHttp({ method, address, port, path, timeoutMs }: HttpAsk): Promise<HttpAnswer> {
  const what = `${method} http://${address}:${port}${path}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const asked = request({ method, host: address, port, path, agent: false, signal: deadline }, (response) => {
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
      if (error.code === 'ECONNREFUSED') resolve({ kind: 'refused', detail });
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
