import { differenceFrom } from '../../../domain/check/meets';
import type { Expect } from '../../../domain/model/check';

const answer = (body: unknown, status = 200) => ({ status, body: typeof body === 'string' ? body : JSON.stringify(body) });

test.each<[string, Expect, ReturnType<typeof answer>, string | null]>([
  ['nothing expected: any 2xx', {}, answer('', 204), null],
  ['nothing expected: not a 3xx', {}, answer('', 302), 'status 302 instead of 2xx'],
  ['the status that is written, though it is no 2xx', { status: 401 }, answer('', 401), null],
  ['a 200 where another is written', { status: 401 }, answer(''), 'status 200 instead of 401'],
  ['its text', { contains: 'ready' }, answer('all ready'), null],
  ['its text, missing', { contains: 'ready' }, answer('red'), 'it does not contain "ready"'],
  ['a part of its JSON', { json: { ok: true } }, answer({ ok: true, more: 1 }), null],
  ['a part of a part', { json: { store: { version: 2 } } }, answer({ store: { version: 2, files: 7 } }), null],
  ['another value', { json: { store: { version: 2 } } }, answer({ store: { version: 1 } }), 'store.version is 1 instead of 2'],
  ['a key that is not there', { json: { store: { version: 2 } } }, answer({ store: {} }), 'it has no store.version'],
  ['a list as a whole', { json: { tags: ['a'] } }, answer({ tags: ['a', 'b'] }), 'tags is ["a","b"] instead of ["a"]'],
  ['sections in a list', { json: { tags: [{ a: 1 }] } }, answer({ tags: [{ a: 1 }] }), null],
  ['null is a value', { json: { error: null } }, answer({ error: null }), null],
  ['a word that only looks like a number', { json: { n: 1 } }, answer({ n: '1' }), 'n is "1" instead of 1'],
  ['no JSON', { json: { ok: true } }, answer('<html>'), 'it is no JSON'],
  ['JSON that is no section', { json: { ok: true } }, answer('[]'), 'it is [] and no section'],
  ['a key that every object has', { json: { toString: 'x' } }, answer({}), 'it has no toString'],
])('%s', (_, expect_, given, difference) => {
  expect(differenceFrom(expect_, given)).toBe(difference);
});
