import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, linesSince } from '../../embedded/read-log';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-log-'));
  file = join(folder, 'x.log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the last lines, of fewer, of none, of no file', async () => {
  expect(await lastLines(file, 3)).toEqual({ lines: [], next: 0 });
  await writeFile(file, 'a\nb\nc\nd\n');
  expect(await lastLines(file, 3)).toEqual({ lines: ['b', 'c', 'd'], next: 8 });
  expect((await lastLines(file, 9)).lines).toEqual(['a', 'b', 'c', 'd']);
  expect(await lastLines(file, 0)).toEqual({ lines: [], next: 8 });
});

test('lines longer than one look at the file are whole', async () => {
  const long = 'é'.repeat(100_000);
  await writeFile(file, `first\n${long}1\n${long}2\n`);
  expect((await lastLines(file, 2)).lines).toEqual([`${long}1`, `${long}2`]);
});

test('a line is told once, when it is whole, and a log that began anew from its start', async () => {
  await writeFile(file, 'a\nhal');
  const { lines, next } = await lastLines(file, 5);
  expect(lines).toEqual(['a']);
  expect((await linesSince(file, next)).lines).toEqual([]);
  await appendFile(file, 'f\n');
  const more = await linesSince(file, next);
  expect(more.lines).toEqual(['half']);
  expect((await linesSince(file, more.next)).lines).toEqual([]);
  await writeFile(file, 'new\n');
  expect((await linesSince(file, more.next)).lines).toEqual(['new']);
});
