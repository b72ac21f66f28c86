import * as fc from 'fast-check';
import { parseManifest, ReleaseManifest, timeoutMsOf } from '../../../domain/model/release-manifest';

const MIGRATION = {
  id: '2026-11-split-jobs',
  scope: 'locker',
  when: 'per-locker',
  reversible: false,
  run: ['node', 'migrate.js'],
  check: ['node', 'migrated.js'],
};

function problemsOf(written: unknown): readonly string[] {
  const parsed = parseManifest(typeof written === 'string' ? written : JSON.stringify(written));
  return parsed.kind === 'invalid' ? parsed.problems : [];
}

test('an empty one asks nothing', () => {
  const parsed = parseManifest('{}');
  expect(parsed).toMatchObject({ kind: 'valid', manifest: { build: [], migrations: [] } });
  expect(parsed).not.toHaveProperty('manifest.check');
});

test('what was read once reads the same again, after each hop', () => {
  const text = JSON.stringify({
    requires: { from: 'v2' },
    config: { required: ['jobs.interval'] },
    check: ['node', '--check', 'locker.js'],
    rehearsal: { me: 'fixtures/me' },
    migrations: [{ ...MIGRATION, timeout: '90s' }],
  });
  const parsed = parseManifest(text);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join());
  expect(ReleaseManifest.parse(JSON.parse(JSON.stringify(parsed.manifest)))).toEqual(parsed.manifest);
  expect(parsed.manifest.migrations.map(timeoutMsOf)).toEqual([90_000]);
});

test.each([
  ['an unknown key', { chek: ['true'] }, 'chek: is not a known key (did you mean check?)'],
  ['a command as a line of shell', { check: 'node --check' }, 'check: should be a list'],
  ['a command without a word', { check: [] }, 'check: is empty'],
  ['a fixture outside of the tree', { rehearsal: { me: '../../etc' } }, 'rehearsal.me: a path below the root'],
  ['an absolute fixture', { rehearsal: { me: '/etc' } }, 'rehearsal.me: a path below the root'],
  ['an option in place of a commit', { requires: { from: '--all' } }, 'requires.from: '],
  [
    'an undo of what can not be undone',
    { migrations: [{ ...MIGRATION, undo: ['true'] }] },
    'migrations.0.undo: only a reversible',
  ],
  ['a migration without a check', { migrations: [{ ...MIGRATION, check: undefined }] }, 'migrations.0.check: is missing'],
  ['two migrations of one id', { migrations: [MIGRATION, MIGRATION] }, 'migrations: two migrations have the same id'],
  ['a scope that there is not', { migrations: [{ ...MIGRATION, scope: 'fleet' }] }, 'migrations.0.scope: should be'],
  ['a time without a unit', { migrations: [{ ...MIGRATION, timeout: '10' }] }, 'migrations.0.timeout: write a duration'],
  ['a list', [], 'the file: should be a section with keys'],
])('%s is refused with its place', (_, written, problem) => {
  expect(problemsOf(written)).toEqual([expect.stringContaining(problem)]);
});

test('what is no JSON is refused with what stands there', () => {
  expect(problemsOf('{\n  "check": }')).toEqual([expect.stringContaining('"check": }')]);
  expect(problemsOf('{\n  check: 1 }')).toEqual([expect.stringMatching(/^line 2, column 3: /)]);
});

test('whatever stands in the file, it is read or refused with a sentence, never thrown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const parsed = parseManifest(text);
      expect(parsed.kind === 'valid' || parsed.problems.length > 0).toBe(true);
    }),
  );
});
