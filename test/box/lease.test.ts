import { checkFence, checkLease, decideLease } from '../../box/lease/lease-rules';

const now = '2026-11-20T00:00:00.000Z';
const lease = { holder: 'r1', generation: 3, by: 'jane', since: now };
const held = { lease, generation: 3 };
const free = { lease: null, generation: 3 };
const wish = { holder: 'r2', by: 'joe', force: false };

test('a free box is granted with the next generation', () => {
  expect(decideLease(free, wish, now)).toEqual({
    kind: 'granted',
    lease: { holder: 'r2', generation: 4, by: 'joe', since: now },
    takenFrom: null,
  });
});

test('the same holder gets the same lease again', () => {
  expect(decideLease(held, { ...wish, holder: 'r1' }, now)).toEqual({ kind: 'same', lease });
});

test('another holder is told who holds it and since when', () => {
  expect(() => decideLease(held, wish, now)).toThrow(/r1 \(jane\) holds the box since 2026-11-20/);
});

test('force takes it over with the next generation and says from whom', () => {
  expect(decideLease(held, { ...wish, force: true }, now)).toMatchObject({
    kind: 'granted',
    lease: { generation: 4 },
    takenFrom: lease,
  });
});

test.each([
  ['the holder with its generation may change', held, { holder: 'r1', generation: 3 }, null],
  ['a lower generation is fenced', held, { holder: 'r0', generation: 2 }, 'Fenced'],
  ['a lower generation is fenced on a free box too', free, { holder: 'r0', generation: 2 }, 'Fenced'],
  ['another holder is refused', held, { holder: 'r2', generation: 3 }, 'HeldBy'],
  ['a released lease is no lease', free, { holder: 'r1', generation: 3 }, 'NoLease'],
  ['a generation that was never granted is no lease', held, { holder: 'r1', generation: 4 }, 'NoLease'],
])('%s', (_, state, asker, code) => {
  const check = () => checkLease(state, asker);
  if (code === null) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code }));
});

test('an accepted job goes on after its lease was given back, and stops at a newer generation', () => {
  expect(() => checkFence(free, 3)).not.toThrow();
  expect(() => checkFence({ ...held, generation: 4 }, 3)).toThrow(expect.objectContaining({ code: 'Fenced' }));
});
