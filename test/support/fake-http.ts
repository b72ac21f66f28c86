/** HttpPort in memory: answers by what the test says of a URL, and remembers what was asked. */
import type { CommandPort } from '../../activities/ports/command-port';
import type { HttpPort, HttpRequest, HttpSeen } from '../../activities/ports/http-port';

export function aFakeHttp(
  answer: (request: HttpRequest, before: number) => HttpSeen | Promise<HttpSeen> = () => NOTHING,
): HttpPort & {
  readonly asked: HttpRequest[];
} {
  const asked: HttpRequest[] = [];
  return {
    asked,
    ask: async (request) => {
      const before = asked.filter(({ url }) => url === request.url).length;
      asked.push(request);
      return answer(request, before);
    },
  };
}

/** Nobody may run one. */
export const NO_COMMAND: CommandPort = {
  run: () => Promise.reject(new Error('the test did not expect a command')),
};

export const NOTHING: HttpSeen = { kind: 'none', detail: 'ECONNREFUSED' };
export const says = (status: number, body = ''): HttpSeen => ({ kind: 'answer', status, body });
