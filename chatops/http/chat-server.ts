/**
 * The one HTTP door of chat: raw bodies of bounded size to the handler of their path, one JSON answer each. On loopback
 * unless the file says otherwise; TLS is of the proxy before it.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '../../domain/faults';

export interface ChatRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly nowMs: number;
}
/** `body` null: an empty one. */
export interface ChatResponse {
  readonly status: number;
  readonly body: unknown;
}
export type Route = (request: ChatRequest) => Promise<ChatResponse>;

export interface ChatServerOptions {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
  /** By path. */
  readonly routes: ReadonlyMap<string, Route>;
  readonly log: (line: string) => void;
}
export interface ChatServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Slack's clicks bring their whole message with them: some tens of kilobytes. */
const MAX_BODY_BYTES = 256 * 1024;
const REQUEST_WITHIN_MS = 10_000;

export async function startChatServer(options: ChatServerOptions): Promise<ChatServer> {
  const { host, port } = options;
  const server = createServer({ requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS }, (request, response) => {
    void serve(request, response, options);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(taken(options, error)));
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const chosen = typeof address === 'object' && address !== null ? address.port : port;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`, close };
}

async function serve(request: IncomingMessage, response: ServerResponse, { routes, log }: ChatServerOptions): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  try {
    answer(response, await responseTo(request, path, routes));
  } catch (error) {
    log(`${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    answer(response, { status: 500, body: { error: 'Something went wrong here; the log of chatops says what.' } });
  }
}

async function responseTo(request: IncomingMessage, path: string, routes: ChatServerOptions['routes']): Promise<ChatResponse> {
  const route = routes.get(path);
  if (route === undefined) return { status: 404, body: { error: 'There is nothing here.' } };
  if (request.method !== 'POST') return { status: 405, body: { error: 'Only POST is answered here.' } };
  const body = await bodyOf(request);
  if (body === null) return { status: 413, body: { error: `A request has at most ${MAX_BODY_BYTES / 1024} kB.` } };
  return route({ headers: singleHeaders(request), body, nowMs: Date.now() });
}

/** One that comes twice is none: nobody says which of them was meant. */
function singleHeaders({ headersDistinct }: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values]) => [name, values?.length === 1 ? values[0] : undefined]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is read and thrown away: who still writes would not read an answer.
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size > 8 * MAX_BODY_BYTES) return null;
  }
  return size > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

function answer(response: ServerResponse, { status, body }: ChatResponse): void {
  if (response.headersSent || response.destroyed) return;
  if (status === 413) response.setHeader('connection', 'close');
  if (body === null) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}

const taken = ({ host, port }: ChatServerOptions, error: Error): Fault =>
  new Fault('ChatServerFailed', `chatops can not listen on ${host}:${port}.`, { evidence: [error.message] });
