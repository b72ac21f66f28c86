/** Each walk-through of docs/architecture.md names the faults of the chaos harness that prove it. */
import { ALL_FAULTS } from '../chaos/faults/all-faults';
import { pageText, sectionsOf } from './pages';

const walks = sectionsOf(pageText('docs/architecture.md'), '###').map(({ title, text }) => ({
  title,
  proofs: [...(/^Proven by: (.+)$/m.exec(text)?.[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
}));
const faults = ALL_FAULTS.map(({ name }) => name);

test('there are walk-throughs', () => {
  expect(walks.length).toBeGreaterThan(5);
});

test.each(walks)('$title: proven by faults that the harness strikes', ({ proofs }) => {
  expect(proofs.length).toBeGreaterThan(0);
  expect(faults).toEqual(expect.arrayContaining(proofs));
});
