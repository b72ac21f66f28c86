/** docs/releases.md: its example is what the schema takes, and its keys are the schema's, both ways. */
import { keysAt } from '../../domain/model/known-keys';
import { Migration, parseManifest, ReleaseManifest } from '../../domain/model/release-manifest';
import { pageText } from './pages';

const page = pageText('docs/releases.md');
const example = /^```json\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
const rows = page.split('\n').flatMap((line) => /^\| `(\w+)` \|/.exec(line)?.[1] ?? []);
/** A version of the file itself, which nobody needs to write. */
const keys = keysAt(ReleaseManifest, []).filter((key) => key !== 'format');

test('the example is a valid manifest and writes every key', () => {
  expect(parseManifest(example)).toMatchObject({ kind: 'valid' });
  const written = JSON.parse(example) as { migrations: Record<string, unknown>[] };
  expect(Object.keys(written).toSorted()).toEqual(keys.toSorted());
  expect(Object.keys(written.migrations[0] ?? {}).toSorted()).toEqual(keysAt(Migration, []).toSorted());
});

test('there is a row for each key, and none for another', () => {
  expect(rows.toSorted()).toEqual(keys.toSorted());
});
