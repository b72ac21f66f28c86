/** `node:http` without a network: the lockers of the walk answer at their addresses. */
import { EventEmitter } from 'node:events';
import type * as RealHttp from 'node:http';
import { ambient } from './ambient';
import type { Ambient } from './ambient';
import type { ModelLocker } from './lockers';

const real = jest.requireActual<typeof RealHttp>('node:http');

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}
type Said = { readonly status: number; readonly body: object } | { readonly code: 'ECONNREFUSED' | 'ABORT' };

/** A frozen one has its port open and answers nothing. */
const SILENT_MS = 500;

class FakeResponse extends EventEmitter {
  constructor(readonly statusCode: number) {
    super();
  }
  setEncoding(): this {
    return this;
  }
}

class FakeRequest extends EventEmitter {
  constructor(
    private readonly world: Ambient,
    private readonly asked: Asked,
    private readonly onResponse: (response: FakeResponse) => void,
  ) {
    super();
  }
  end(): void {
    void this.answer();
  }
  private async answer(): Promise<void> {
    const said = await say(this.world, this.asked);
    setImmediate(() => {
      this.world.time.stir();
      if ('code' in said) return this.emit('error', failure(said.code));
      const response = new FakeResponse(said.status);
      this.onResponse(response);
      response.emit('data', JSON.stringify(said.body));
      return response.emit('end');
    });
  }
}

const failure = (code: 'ECONNREFUSED' | 'ABORT') =>
  Object.assign(new Error(code), code === 'ABORT' ? { name: 'AbortError' } : { code });

async function say(world: Ambient, { method, host, path }: Asked): Promise<Said> {
  const it = world.lockers.at(host);
  if (method !== 'POST') return answerOf(world, it, path);
  return world.gate.pass(async () => {
    if (!it?.init || !isUp(world, it)) return { code: 'ECONNREFUSED' };
    if (it.state === 'frozen') return silent(world);
    if (it.deaf) return { status: 500, body: {} };
    const closes = path === '/quiesce';
    world.lockers.done({ kind: closes ? 'quiesce' : 'unquiesce', locker: it.name, init: it.init });
    it.closed = closes;
    return { status: 200, body: {} };
  });
}

async function answerOf(world: Ambient, it: ModelLocker | undefined, path: string): Promise<Said> {
  if (!it || !isUp(world, it)) return { code: 'ECONNREFUSED' };
  if (it.state === 'frozen') return silent(world);
  if (path === '/idle') return { status: 200, body: { idle: it.idle } };
  if (path === '/revision') return { status: 200, body: { build: `${it.runs}-g${'0'.repeat(12)}` } };
  if (!it.healthy) return { status: 503, body: {} };
  it.answered = true;
  return { status: 200, body: {} };
}

const isUp = ({ time }: Ambient, { init, answersFrom }: ModelLocker) => init !== null && time.now() >= answersFrom;

const silent = ({ time }: Ambient) =>
  new Promise<Said>((resolve) => void time.later(SILENT_MS, () => resolve({ code: 'ABORT' }), 'lockerd'));

function request(asked: Asked, onResponse: (response: FakeResponse) => void): FakeRequest {
  const world = ambient();
  if (!world) throw new Error('nobody to ask');
  return new FakeRequest(world, asked, onResponse);
}

export const fakeHttp = () => ({ ...real, request });
