/** What an install that was killed in the middle of a write left behind goes with its entry. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asItIs, besideOf } from '../../box-install/host-files';
import { endInstallRecord } from '../../box-install/install-record';
import { undoChange } from '../../box-install/undo-change';
import type { Entry } from '../../box-install/wanted';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-undo-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const entry = { id: 'lockerd', at: '2026-11-21T10:00:00.000Z', kind: 'file', digest: '' } as const;

test('a file that was half written beside its place goes, and so does the folder that was made for it', async () => {
  const folder = join(dir, 'lockstep');
  const path = join(folder, 'lockerd.cjs');
  mkdirSync(folder);
  writeFileSync(besideOf(path), 'half of it');
  expect(await undoChange({ ...entry, path, before: null, folders: [folder] })).toEqual([]);
  expect(readdirSync(dir)).toEqual([]);
});

test('where a file was before, it is as it was, alone', async () => {
  const path = join(dir, 'box.json');
  writeFileSync(path, 'as it was');
  writeFileSync(besideOf(path), 'half of it');
  await undoChange({ ...entry, path, before: asItIs(path), folders: [] });
  expect([readdirSync(dir), readFileSync(path, 'utf8')]).toEqual([['box.json'], 'as it was']);
});

test('the record goes with what was half written of it', () => {
  const folder = join(dir, 'etc');
  const path = join(folder, 'install.json');
  mkdirSync(folder);
  for (const file of [path, besideOf(path)]) writeFileSync(file, '{');
  endInstallRecord(path, { format: 1, folders: [folder], entries: [] });
  expect(readdirSync(dir)).toEqual([]);
});

test('a lockerd that comes up while it is given up leaves nothing either', async () => {
  const state = join(dir, 'state');
  mkdirSync(state);
  setTimeout(() => {
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'journal'), '');
  }, 800);
  const lockerd = {
    id: 'lockerd',
    at: entry.at,
    kind: 'lockerd',
    bundle: '/nowhere',
    pidFile: join(state, 'pid'),
    leaves: [state],
  };
  await undoChange({ ...lockerd, folders: [] } as Entry);
  expect(readdirSync(dir)).toEqual([]);
});
