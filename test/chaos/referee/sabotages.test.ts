/** The sabotages replace pieces of the product's sources, which move on: what no longer fits is found here, in a moment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { edited } from './broken-lockerd';
import { PRODUCT } from './product-copy';
import { MAX_DOWN_PLUS_ONE, SABOTAGES } from './sabotages';

const EDITS = [...SABOTAGES.flatMap(({ edits }) => edits), ...MAX_DOWN_PLUS_ONE];

test('there are eight of them', () => {
  expect(SABOTAGES.length + 1).toBe(8);
});

test.each(EDITS.map((edit) => [edit.file, edit] as const))('the piece of %s stands there once', (file, edit) => {
  const text = readFileSync(join(PRODUCT, file), 'utf8');
  expect(edited(text, edit)).not.toBe(text);
});

test('a sabotage whose piece is gone says so', () => {
  const edit = { file: 'box/run.ts', piece: 'gone', becomes: '' };
  expect(() => edited('here', edit)).toThrow('does not have this piece exactly once');
  expect(() => edited('gone and gone', edit)).toThrow('does not have this piece exactly once');
});
