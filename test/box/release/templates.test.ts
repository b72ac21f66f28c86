import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';
import type { StagedBox } from '../support/staged-box';

let here: StagedBox;
let l01: LockerName;
beforeEach(() => {
  here = stagedBox(['l01']);
  l01 = here.names[0] as LockerName;
  here.code.commit({ 'locker.js': '1' });
  mkdirSync(join(here.settings.repo, 'templates'));
});
afterEach(() => here.remove());
const settings = (path: string) => readFileSync(join(here.box.paths.version(l01, 1), 'config', path), 'utf8');
const put = (name: string, bytes: Buffer) => {
  writeFileSync(join(here.settings.repo, 'templates', name), bytes);
  here.settings.commit({});
};

test.each([
  ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x80])],
  ['a text in Latin-1', Buffer.from('greeting=Gr\xfc\xdfe', 'latin1')],
])('%s among the templates is refused, not changed in silence', async (_, bytes) => {
  put('file.bin', bytes);
  await expect(here.stage(await here.targetOf())).rejects.toMatchObject({
    code: 'TemplateInvalid',
    message: expect.stringContaining('file.bin'),
  });
  expect(existsSync(here.box.paths.version(l01, 1))).toBe(false);
});

test('a template of several megabytes arrives whole or is refused, never cut', async () => {
  put('big.txt', Buffer.from(`first line\n${'x'.repeat(3 * 1024 * 1024)}`));
  await expect(here.stage(await here.targetOf())).rejects.toMatchObject({
    code: 'TemplateInvalid',
    message: expect.stringContaining('big.txt'),
  });
});

test('a text with a byte order mark and other scripts arrives as it is', async () => {
  put('texts.txt', Buffer.from('\ufeffGrüße, 你好, 🔒\r\n'));
  await here.stage(await here.targetOf());
  expect(readFileSync(join(here.box.paths.version(l01, 1), 'config/texts.txt'), 'utf8')).toBe('\ufeffGrüße, 你好, 🔒\r\n');
});

test('names with quotes, spaces and newlines are kept', async () => {
  const name = 'a "b"\nc \'d\'.txt';
  put(name, Buffer.from('{{locker}}'));
  await here.stage(await here.targetOf());
  expect(readFileSync(join(here.box.paths.version(l01, 1), 'config', name), 'utf8')).toBe('l01');
});

test('a name that is no UTF-8 is refused', async () => {
  mkdirSync(join(here.settings.repo, 'templates'), { recursive: true });
  writeFileSync(Buffer.concat([Buffer.from(join(here.settings.repo, 'templates/a')), Buffer.from([0xff])]), 'x');
  here.settings.commit({});
  await expect(here.stage(await here.targetOf())).rejects.toMatchObject({
    code: 'TemplateInvalid',
    sentence: expect.stringContaining('no UTF-8') as string,
  });
});

describe('a config repository without templates/', () => {
  beforeEach(() => here.settings.commit({ 'config.yaml': 'greeting: {{ not ours }}\n', 'conf.d/a.json': '{ // not ours\n}' }));

  test('is used as it is, and nothing is filled in', async () => {
    await here.stage(await here.targetOf());
    expect(settings('config.yaml')).toBe('greeting: {{ not ours }}\n');
    expect(settings('conf.d/a.json')).toBe('{ // not ours\n}');
  });

  test('but for what is git’s own', async () => {
    here.settings.commit({ '.gitignore': '*.bak', '.github/ci.yml': '', 'conf.d/.gitattributes': '* text' });
    await here.stage(await here.targetOf());
    const found = readdirSync(join(here.box.paths.version(l01, 1), 'config'), { recursive: true, encoding: 'utf8' });
    expect(found.toSorted()).toEqual(['conf.d', 'conf.d/a.json', 'config.yaml']);
  });

  test('with a templates/ beside them, only what is in that', async () => {
    here.settings.commit({ 'templates/env': 'NAME={{locker}}' });
    await here.stage(await here.targetOf());
    expect(readdirSync(join(here.box.paths.version(l01, 1), 'config'))).toEqual(['env']);
    expect(settings('env')).toBe('NAME=l01');
  });
});

test('a config repository without a single file is refused by name', async () => {
  here.settings.commit({ '.gitignore': '*' });
  await expect(here.stage(await here.targetOf())).rejects.toMatchObject({
    code: 'TemplateInvalid',
    sentence: expect.stringContaining(here.settings.repo) as string,
  });
  expect(existsSync(here.box.paths.version(l01, 1))).toBe(false);
});
