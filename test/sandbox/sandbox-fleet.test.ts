import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFleet } from '../../domain/model/parse-fleet';
import { mergePolicy } from '../../domain/model/merge-policy';
import { sandboxFleet } from '../../sandbox/sandbox-fleet';
import { DEFAULT_SANDBOX_DIR, sandboxLayout } from '../../sandbox/sandbox-layout';
import { serviceConfigOf } from '../../domain/model/service-of';

const file = join(__dirname, '../../fleet.yaml');
const text = readFileSync(file, 'utf8');
const written = parseFleet(text, file);
const made = sandboxFleet(sandboxLayout(DEFAULT_SANDBOX_DIR), { boxes: ['lxc12'] });

test('the fleet.yaml of the root describes the sandbox as `up` makes it', () => {
  expect(serviceConfigOf(written, 'lxc12')).toEqual(serviceConfigOf(made, 'lxc12'));
  const [ours, theirs] = [written, made].map((fleet) => Object.entries(fleet.services)[0]);
  expect(ours?.[1].values).toEqual(theirs?.[1].values);
  expect(mergePolicy([written.policy, ours?.[1].policy ?? {}])).toEqual(mergePolicy([theirs?.[1].policy ?? {}]));
  expect(Object.values(written.boxes)[0]?.sandbox).toBe(true);
});

test('every key in the comments of fleet.yaml is one that the schema knows', () => {
  // Uncommenting a line must give a file that parses.
  const uncommented = text.replaceAll(/^( {2,6})# ([a-zA-Z]+:.*)$/gm, '$1$2').replaceAll(/^( {4})# ( {2}l07:.*)$/gm, '$1$2');
  expect(uncommented).toContain('\n      batches:');
  expect(() => parseFleet(uncommented, file)).not.toThrow();
});
