/**
 * What stands before a team's Temporal: TLS, client certificates and an API key. It ends the TLS and passes each gRPC
 * call on to the server behind, trailers included.
 */
import { readFileSync } from 'node:fs';
import { connect, constants, createSecureServer } from 'node:http2';
import type { ClientHttp2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Certificates } from './certificates';

export interface TlsFront {
  readonly address: string;
  close(): Promise<void>;
}

export interface TlsFrontOptions {
  readonly certificates: Certificates;
  readonly apiKey: string;
  /** `host:port` of the server, which speaks plain HTTP/2. */
  readonly behind: string;
}

/** gRPC's number. */
const UNAUTHENTICATED = '16';

export async function startTlsFront({ certificates: { authority, server }, apiKey, behind }: TlsFrontOptions): Promise<TlsFront> {
  const session = connect(`http://${behind}`);
  // A call that breaks tells its own stream.
  session.on('error', () => {});
  const [key, cert, ca] = [server.key, server.cert, authority].map((file) => readFileSync(file));
  const front = createSecureServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true });
  const sessions = new Set<{ destroy(): void }>();
  front.on('session', (one) => sessions.add(one));
  front.on('stream', (stream, headers) => {
    if (headers.authorization === `Bearer ${apiKey}`) return passOn(stream, headers, session);
    const status = { 'grpc-status': UNAUTHENTICATED, 'grpc-message': 'no or wrong API key' };
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
  });
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `localhost:${(front.address() as AddressInfo).port}`,
    close: async () => {
      session.destroy();
      for (const one of sessions) one.destroy();
      await new Promise<void>((resolve) => {
        front.close(() => resolve());
      });
    },
  };
}

function passOn(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, session: ClientHttp2Session): void {
  const call = session.request({ ...headers, ':scheme': 'http' });
  let trailers: IncomingHttpHeaders = {};
  call.on('response', (answered, flags) => {
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (stream.destroyed) return;
    stream.respond(answered, endStream ? { endStream } : { waitForTrailers: true });
  });
  call.on('trailers', (sent) => {
    trailers = sent;
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  stream.on('error', () => call.close(constants.NGHTTP2_CANCEL));
  stream.on('aborted', () => call.close(constants.NGHTTP2_CANCEL));
  stream.pipe(call);
  call.pipe(stream);
}
