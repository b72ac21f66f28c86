/** Which texts git-lfs takes for pointers; test/lxc/large-files.test.ts asks the real one. */
import { readPointer } from '../../../box/release/large-pointer';

const oid = 'ab'.repeat(32);
const pointer = (version = 'https://git-lfs.github.com/spec/v1') => `version ${version}\noid sha256:${oid}\nsize 12\n`;
const found = { oid, bytes: 12, extension: null };

test.each([
  ['as it is written', pointer()],
  ['with ends of line as on Windows', pointer().replaceAll('\n', '\r\n')],
  ['without its last end of line', pointer().trim()],
  ['between empty lines', `\n\n${pointer()}\n\n`],
  ['of an elder git-lfs', pointer('https://hawser.github.com/spec/v1')],
  ['of the first git-lfs', pointer('http://git-media.io/v/2')],
])('a pointer %s', (_, text) => {
  expect(readPointer(text)).toEqual(found);
});

test('one whose content goes through an extension says so', () => {
  const [version = '', ...rest] = pointer().split('\n');
  const text = [version, `ext-0-case sha256:${oid}`, ...rest].join('\n');
  expect(readPointer(text)).toEqual({ ...found, extension: 'case' });
});

test.each([
  ['of another address', pointer('https://example.org/spec/v1')],
  ['in another order', `version https://git-lfs.github.com/spec/v1\nsize 12\noid sha256:${oid}\n`],
  ['with more lines', `${pointer()}more of it\n`],
  ['with an id in capitals', pointer().replace(oid, oid.toUpperCase())],
  ['without a size', pointer().replace(/size.*/, '')],
])('no pointer: a text %s', (_, text) => {
  expect(readPointer(text)).toBeNull();
});
