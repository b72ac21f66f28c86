import { callBox } from '../../activities/adapters/ssh/call-box';
import type { BoxCall } from '../../activities/adapters/ssh/call-box';
import type { Answer, Link } from '../../activities/adapters/ssh/link';
import type { CallOptions } from '../../activities/ports/box-port';
import { Fault } from '../../domain/faults';
import type { BoxName, Token } from '../../domain/model/ids';

const change = { token: 'r-1/lxc12/locker-1/1/update' as Token, holder: 'r-1', generation: 1 };
const unreachable = new Fault('BoxUnreachable', 'lxc12 can not be reached.');
const missing = new Fault('LockerdMissing', 'lxc12 does not answer as a box.');
const never = new Promise<Answer>(() => {});
const lost: Answer = { kind: 'lost', reason: 'the channel was closed' };
const MINUTE = 60_000;
const LOOK: BoxCall['request'] = { verb: 'inspect', params: { target: null } };
const slowly = (answer: Answer, ms: number) => () => {
  jest.advanceTimersByTime(ms);
  return Promise.resolve(answer);
};
const done: Answer = { kind: 'result', value: 'done' };

/** One entry per dial: a fault of the dial, or what the request comes to over that link. */
function aCall(
  dials: readonly (Fault | Answer | (() => Promise<Answer>) | Promise<Answer>)[],
  options: Partial<CallOptions> = {},
  request: BoxCall['request'] = { verb: 'update', params: {}, change },
) {
  const seen = { dials: 0, asked: 0, forgotten: 0 };
  const linkTo = (answer: Answer | Promise<Answer>): Link => ({
    hello: { protocol: 1, lockerd: '0.1.0', box: 'lxc12', bootId: 'b' },
    isUp: () => true,
    close: () => {},
    ask: () => {
      seen.asked++;
      return { answer: Promise.resolve(answer), forget: () => void seen.forgotten++ };
    },
  });
  const get = () => {
    const next = dials[Math.min(seen.dials++, dials.length - 1)] as (typeof dials)[number];
    if (next instanceof Fault) return Promise.reject(next);
    return Promise.resolve(linkTo(typeof next === 'function' ? next() : next));
  };
  const call: BoxCall = {
    box: 'lxc12' as BoxName,
    link: { get, current: () => null, close: () => {} },
    request,
    options: { deadlineMs: 60_000, ...options },
  };
  return { seen, result: callBox(call).catch((error: unknown) => error) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  // A timer left behind keeps a worker alive after its shutdown.
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});
const after = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test('a lost link is dialled again and the request asked again', async () => {
  const { seen, result } = aCall([lost, unreachable, missing, done]);
  await after(10_000);
  expect(await result).toBe('done');
  expect(seen).toMatchObject({ dials: 4, asked: 2 });
});

test('a look at a box that was never reached is given up after three dials', async () => {
  const { seen, result } = aCall([unreachable], {}, LOOK);
  await after(10_000);
  expect(await result).toBe(unreachable);
  expect(seen).toMatchObject({ dials: 3, asked: 0 });
});

test('a step waits some minutes for its box, and then it is for people', async () => {
  const { result } = aCall([unreachable], { deadlineMs: 20 * MINUTE });
  await after(6 * MINUTE);
  expect(await result).toMatchObject({ code: 'BoxLost', evidence: expect.arrayContaining([unreachable.sentence]) as string[] });
});

test('minutes count from the last link that was up', async () => {
  // Few: the pauses between them pass in real time.
  const dials = Array.from({ length: 2 }, () => slowly(lost, 3 * MINUTE));
  const { result } = aCall([...dials, unreachable, done], { deadlineMs: 60 * MINUTE });
  expect(await result).toBe('done');
});

test('a fault that more dials can not mend ends the call at once', async () => {
  const { seen, result } = aCall([missing]);
  await after(0);
  expect(await result).toBe(missing);
  expect(seen.dials).toBe(1);
});

test('once it was sent, only the deadline ends the asking', async () => {
  const { result } = aCall([lost, unreachable]);
  await after(61_000);
  expect(await result).toMatchObject({ code: 'LinkLost', evidence: expect.arrayContaining([unreachable.sentence]) as string[] });
});

test('a box that is silent is left at the deadline and forgotten', async () => {
  const { seen, result } = aCall([never]);
  await after(60_100);
  expect(await result).toMatchObject({ code: 'LinkLost' });
  expect(seen.forgotten).toBe(1);
});

test('a caller that leaves takes his reason and leaves no timer', async () => {
  const stop = new AbortController();
  const { seen, result } = aCall([never], { signal: stop.signal });
  await after(100);
  const reason = new Error('the worker shuts down');
  stop.abort(reason);
  expect(await result).toBe(reason);
  expect(seen.forgotten).toBe(1);
});

test('a fault of the box is the answer, not a reason to ask again', async () => {
  const held = new Fault('HeldBy', 'Somebody holds lxc12.');
  const { seen, result } = aCall([{ kind: 'fault', fault: held }]);
  await after(0);
  expect(await result).toBe(held);
  expect(seen.asked).toBe(1);
});
