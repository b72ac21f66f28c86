/** The README's folder table and exit codes are the real ones. */
import { execFileSync } from 'node:child_process';
import { EXIT } from '../../starters/exit-codes';
import { pageText, ROOT, sectionsOf } from './pages';

const readme = pageText('README.md');

test('the folder table has every folder of the sources, and no other', () => {
  const table = sectionsOf(readme, '##').find(({ title }) => title === 'Folders')?.text ?? '';
  const told = [...table.matchAll(/^\| (.+?) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z-]+)\/`/g)].map(([, name = '']) => name),
  );
  const args = ['-C', ROOT, 'ls-files', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', args, { encoding: 'utf8' }).split('\n');
  const there = new Set(files.flatMap((file) => /^([a-z][a-z-]*)\//.exec(file)?.[1] ?? []));
  expect(told.toSorted()).toEqual([...there].toSorted());
});

test('the exit codes are all told', () => {
  const sentence = /^Ctrl-C only detaches\. Exit codes: ([^]*?)\. /m.exec(readme)?.[1] ?? '';
  const told = [...sentence.matchAll(/(?:^|· ?\n?)(\d+) /g)].map(([, code]) => Number(code));
  expect(told).toEqual(Object.values(EXIT));
});
