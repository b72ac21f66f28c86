/** docs/ssh.md and the table of ssh's options say the same. */
import { SSH_OPTIONS } from '../../activities/adapters/ssh/ssh-options';
import { pageText } from './pages';

test('each option stands in one row of the page, and that is its row in the code', () => {
  const rows = [...pageText('docs/ssh.md').matchAll(/^\| (\w+) \| (`.*`) \|$/gm)].map(([, kind, words]) => [
    kind,
    words?.split(', ').map((word) => word.replaceAll('`', '')),
  ]);
  expect(Object.fromEntries(rows)).toEqual(SSH_OPTIONS);
  const all = Object.values(SSH_OPTIONS).flat();
  expect(new Set(all).size).toBe(all.length);
});
