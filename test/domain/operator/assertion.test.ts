/** What is signed, and what it may be used for: one batch of one plan, once, while it is fresh. */
import * as fc from 'fast-check';
import { assertionText, matchAssertion, parseAssertion } from '../../../domain/operator/assertion';
import type { Asserted, Assertion } from '../../../domain/operator/assertion';

const T0 = 1_763_737_200_000;
const MINUTE = 60_000;
const asked: Asserted = {
  rollout: '11111111-1111-4111-8111-111111111111',
  batch: 2,
  digest: 'a'.repeat(64),
  overlay: 0,
  opening: 1763737100000,
  actor: 'ann',
};
const said: Assertion = { v: 1, ...asked, nonce: 'f3b0c9a8-0000-4000-8000-1234567890ab', at: T0 };

test('the signed text is this one', () => {
  expect(assertionText(said)).toBe(
    `{"v":1,"rollout":"11111111-1111-4111-8111-111111111111","batch":2,"digest":"${'a'.repeat(64)}","overlay":0,"opening":1763737100000,"actor":"ann","nonce":"f3b0c9a8-0000-4000-8000-1234567890ab","at":1763737200000}`,
  );
});

const anAssertion = fc.record({
  v: fc.constant(1 as const),
  rollout: fc.uuid(),
  batch: fc.integer({ min: 0, max: 400 }),
  digest: fc.stringMatching(/^[0-9a-f]{64}$/),
  overlay: fc.integer({ min: 0, max: 9 }),
  opening: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  actor: fc.string({ minLength: 1, maxLength: 50 }),
  nonce: fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/),
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
});

test('what was written is read again, whatever is in it', () => {
  fc.assert(fc.property(anAssertion, (one) => expect(parseAssertion(assertionText(one))).toEqual(one)));
});

test('no other text of the same meaning is read', () => {
  fc.assert(
    fc.property(anAssertion, fc.constantFrom(' ', '\n', '\t'), (one, space) => {
      const text = assertionText(one);
      for (const other of [`${text}${space}`, text.replace(':', `:${space}`), text.replace('{', `{"batch":${one.batch},`)])
        expect(parseAssertion(other)).toContain('can not be read');
    }),
  );
});

test('whatever else is there is refused with a sentence, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ minLength: 2_001 })), (text) => {
      expect(parseAssertion(text)).toMatch(/^its assertion can not be read: .*\.$/);
    }),
  );
});

test.each<[string, Record<string, unknown>]>([
  ['another version', { v: 2 }],
  ['a batch that is no number', { batch: '2' }],
  ['half a batch', { batch: 1.5 }],
  ['a batch below nothing', { batch: -1 }],
  ['no actor', { actor: '' }],
  ['a short nonce', { nonce: 'abc' }],
  ['a nonce with other signs', { nonce: 'a b'.repeat(8) }],
  ['a time that is a text', { at: '2026-11-21T06:00:00Z' }],
])('%s is no assertion', (_what, other) => {
  expect(parseAssertion(assertionText({ ...said, ...other }))).toContain('can not be read');
});

test.each<[string, Partial<Assertion>, string | null]>([
  ['the right one', {}, null],
  ['one that is nearly too old', { at: T0 - 10 * MINUTE }, null],
  ['one of a clock that is a little ahead', { at: T0 + MINUTE }, null],
  ['another rollout', { rollout: '22222222-1111-4111-8111-111111111111' }, 'it was signed for another rollout'],
  ['another batch', { batch: 3 }, 'it was signed for batch 3, not for batch 2'],
  [
    'another plan',
    { digest: 'b'.repeat(64) },
    'but this rollout walks the plan aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…. Look at the plan again.',
  ],
  ['an earlier adjustment', { overlay: 1 }, 'it was signed for the overlay 1, but the rules are those of overlay 0 now'],
  ['another actor', { actor: 'bob' }, 'it was signed for bob, not for ann'],
  ['too old', { at: T0 - 10 * MINUTE - 1 }, 'it was signed at 2025-11-21T14:49Z, more than 10m ago. Approve again.'],
  ['still to come', { at: T0 + MINUTE + 1 }, 'which is still to come. Set the clock'],
])('%s', (_what, other, why) => {
  const answer = matchAssertion({ ...said, ...other }, asked, T0);
  if (why === null) expect(answer).toBeNull();
  else expect(answer).toContain(why);
});
