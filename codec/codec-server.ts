/**
 * Decrypts for the Temporal Web UI and the `temporal` command, which hold no key: both send what they see to
 * `<endpoint>/decode` (https://docs.temporal.io/codec-server). On loopback, for whoever shows the token: in the path,
 * since the Web UI without a login can send no header, or as a bearer token.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PayloadCodec } from '@temporalio/common';
import { Fault } from '../domain/faults';
import { recode } from './recode';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  readonly token: string;
  /** 0: any. */
  readonly port: number;
  /** Of the Web UIs whose pages may ask, such as http://localhost:8080. */
  readonly origins: readonly string[];
}

export interface CodecServer {
  /** What the Web UI takes as its codec endpoint. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** One payload is at most 2 MiB, an event of the history has a few. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const server = createServer((request, response) => void serve(request, response, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(taken(options.port, error)));
    server.listen({ host: '127.0.0.1', port: options.port }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { endpoint: `http://127.0.0.1:${port}/${options.token}`, close };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: CodecServerOptions): Promise<void> {
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(status === 204 ? undefined : JSON.stringify(body));
  const { origin } = request.headers;
  if (origin !== undefined && !options.origins.includes(origin)) return void answer(403, { error: `${origin} may not ask` });
  if (origin !== undefined) allow(origin, response);
  if (request.method === 'OPTIONS') return void answer(204, null);
  const { verb, token } = asked(request);
  if (!same(token, options.token)) return void answer(401, { error: 'no or wrong token' });
  if (request.method !== 'POST' || (verb !== 'decode' && verb !== 'encode')) return void answer(404, { error: 'POST …/decode' });
  try {
    answer(200, await recode(await bodyOf(request), options.codec[verb]));
  } catch (error) {
    // A wrong key or a malformed request: told to the one who asked, and the server goes on.
    answer(400, { error: (error as Error).message });
  }
}

function allow(origin: string, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  response.setHeader('Access-Control-Allow-Headers', 'authorization, content-type, x-namespace');
  response.setHeader('Vary', 'Origin');
}

/** `/<token>/decode`, or `/decode` with `Authorization: Bearer <token>`. */
function asked({ url = '', headers }: IncomingMessage): { readonly verb: string; readonly token: string } {
  const parts =
    url
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? [];
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  return { verb: parts.at(-1) ?? '', token: parts.length > 1 ? (parts[0] ?? '') : (bearer ?? '') };
}

/** In a time that tells nothing. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the request is too big');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const taken = (port: number, error: Error): Fault =>
  new Fault('CodecServerFailed', `The codec server can not listen on 127.0.0.1:${port}.`, { evidence: [error.message] });
