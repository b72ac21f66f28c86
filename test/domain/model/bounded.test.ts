/** Bounds are in bytes, as the server counts them, and never cut a character in two. */
import * as fc from 'fast-check';
import { bounded, bytesOf } from '../../../domain/model/bounded';

const anyText = fc.string({ unit: 'binary', maxLength: 400 });

test('the bytes are those of the JSON that is sent, without its quotes', () => {
  fc.assert(fc.property(anyText, (text) => expect(bytesOf(text)).toBe(Buffer.byteLength(JSON.stringify(text)) - 2)));
});

test('whatever it is, no more than asked for is left, and it is the beginning', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 3, max: 300 }), (text, most) => {
      const cut = bounded(text, most);
      expect(bytesOf(cut)).toBeLessThanOrEqual(most);
      expect(cut === text || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1)))).toBe(true);
    }),
  );
});

test.each([
  ['short', 200, 'short'],
  ['é'.repeat(100), 200, 'é'.repeat(100)],
  ['é'.repeat(101), 200, `${'é'.repeat(98)}…`],
  ['🚀'.repeat(60), 200, `${'🚀'.repeat(49)}…`],
  ['"'.repeat(150), 200, `${'"'.repeat(98)}…`],
])('%s in %i bytes', (text, most, wanted) => {
  expect(bounded(text, most)).toBe(wanted);
});
