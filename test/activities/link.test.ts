import { duplexPair } from '../support/duplex-pair';
import { backOffMs } from '../../activities/adapters/ssh/back-off';
import { makeLineReader } from '../../activities/adapters/ssh/line-codec';
import { shakeHands } from '../../activities/adapters/ssh/link';
import type { Link } from '../../activities/adapters/ssh/link';
import { MAX_LINE_BYTES, PROTOCOL } from '../../domain/protocol/frames';

const hello = (protocol: number = PROTOCOL) => ({ hello: { protocol, lockerd: '0.1.0', box: 'lxc12', bootId: 'b' } });

/** Our end is shaken by `shakeHands`; what the far end reads is in `read`. */
function wire() {
  const [near, far] = duplexPair();
  const read: { id: number; verb: string }[] = [];
  makeReaderOf(far, (line) => read.push(JSON.parse(line) as { id: number; verb: string }));
  const say = (frame: object | string) => void far.write(`${typeof frame === 'string' ? frame : JSON.stringify(frame)}\n`);
  return { near, far, read, say, shaken: shakeHands(near, { client: 'test', timeoutMs: 1_000 }) };
}
function makeReaderOf(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  const reader = makeLineReader(onLine, () => {});
  stream.on('data', (chunk: Buffer) => reader.push(chunk));
}
async function linkOn(ends: ReturnType<typeof wire>): Promise<Link> {
  ends.say(hello());
  const handshake = await ends.shaken;
  if (handshake.kind !== 'link') throw new Error(handshake.kind);
  return handshake.link;
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('the handshake', () => {
  test('begins with our own version', async () => {
    const ends = wire();
    await linkOn(ends);
    expect(ends.read).toEqual([{ hello: { protocol: PROTOCOL, client: 'test' } }]);
  });

  test('with another version is told with its number', async () => {
    const ends = wire();
    ends.say(hello(7));
    expect(await ends.shaken).toMatchObject({ kind: 'other-version', theirs: 7 });
  });

  test('that is refused carries the fault of the box', async () => {
    const ends = wire();
    ends.say({ id: 0, fault: { code: 'ProtocolMismatch', sentence: 's', cure: 'c', evidence: [] } });
    expect(await ends.shaken).toMatchObject({ kind: 'refused', fault: { code: 'ProtocolMismatch' } });
  });

  test('that never comes ends at its deadline', async () => {
    expect(await wire().shaken).toEqual({ kind: 'silent' });
  });

  test('with something else altogether keeps what was said', async () => {
    const ends = wire();
    ends.say('Welcome to Debian');
    ends.far.end();
    expect(await ends.shaken).toMatchObject({ kind: 'no-hello', said: ['Welcome to Debian'] });
  });

  test('does not read for ever from an end that only chatters', async () => {
    const ends = wire();
    for (let n = 0; n < 60; n++) ends.say(`line ${n}`);
    expect(await ends.shaken).toMatchObject({ kind: 'no-hello' });
  });
});

describe('requests', () => {
  test('are told apart by id, in whatever order the answers come', async () => {
    const ends = wire();
    const link = await linkOn(ends);
    const [one, two] = ['one', 'two'].map((verb) => link.ask({ verb, params: {} }).answer);
    await soon();
    ends.say({ id: 2, result: 'second' });
    ends.say({ id: 1, result: 'first' });
    expect(await one).toEqual({ kind: 'result', value: 'first' });
    expect(await two).toEqual({ kind: 'result', value: 'second' });
  });

  test('that are open when the link ends are lost, not failed', async () => {
    const ends = wire();
    const link = await linkOn(ends);
    const { answer } = link.ask({ verb: 'update', params: {} });
    ends.far.end();
    expect(await answer).toMatchObject({ kind: 'lost' });
    expect(link.isUp()).toBe(false);
    expect(await link.ask({ verb: 'update', params: {} }).answer).toMatchObject({ kind: 'lost' });
  });

  test('that were forgotten do not disturb the others', async () => {
    const ends = wire();
    const link = await linkOn(ends);
    link.ask({ verb: 'one', params: {} }).forget();
    const { answer } = link.ask({ verb: 'two', params: {} });
    ends.say({ id: 1, result: 'late' });
    ends.say({ id: 2, result: 'mine' });
    expect(await answer).toEqual({ kind: 'result', value: 'mine' });
  });

  test('longer than a line are refused before anything is sent', async () => {
    const ends = wire();
    const link = await linkOn(ends);
    const { answer } = link.ask({ verb: 'stage', params: 'x'.repeat(MAX_LINE_BYTES) });
    expect(await answer).toMatchObject({ kind: 'fault', fault: { code: 'BadRequest' } });
    expect(link.isUp()).toBe(true);
    expect(ends.read).toHaveLength(1);
  });

  test('answered by a line that is no reply end the link', async () => {
    const ends = wire();
    const link = await linkOn(ends);
    const { answer } = link.ask({ verb: 'one', params: {} });
    ends.say('{"id":"one"}');
    expect(await answer).toMatchObject({ kind: 'lost' });
  });
});

const collect = (limit: number, chunks: string[]) => {
  const lines: string[] = [];
  let tooLong = 0;
  const reader = makeLineReader(
    (line) => lines.push(line),
    () => tooLong++,
    limit,
  );
  for (const chunk of chunks) reader.push(Buffer.from(chunk, 'latin1'));
  return { lines, tooLong };
};

describe('lines', () => {
  test.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', 'b\nc', '\n'],
      ['ab', 'c'],
    ],
    [['\n\n a\n'], [' a']],
    [['half'], []],
  ])('%j are cut into %j', (chunks, lines) => {
    expect(collect(100, chunks).lines).toEqual(lines);
  });

  test('a letter of two bytes may come in two chunks', () => {
    expect(collect(100, ['\xc3', '\xa4\n']).lines).toEqual(['ä']);
  });

  test('one that is too long ends the reading, whether it ends or not', () => {
    expect(collect(4, ['ok\nmuch too long'])).toEqual({ lines: ['ok'], tooLong: 1 });
    expect(collect(4, ['12345\nok\n'])).toEqual({ lines: [], tooLong: 1 });
    expect(collect(4, ['123', '45', '\nok\n'])).toEqual({ lines: [], tooLong: 1 });
    expect(collect(4, ['1234\n'])).toEqual({ lines: ['1234'], tooLong: 0 });
  });
});

test('waits between dials double to a limit and are never the same for all', () => {
  expect([0, 1, 2, 3, 20].map((attempt) => backOffMs(attempt, 1))).toEqual([200, 400, 800, 1_600, 5_000]);
  expect(backOffMs(3, 0)).toBe(800);
});
