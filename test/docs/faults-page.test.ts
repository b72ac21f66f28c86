/** docs/faults.md and domain/faults.ts say the same, both ways, and each code is produced by the test that the page names. */
import { Fault, FAULTS } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import { boxOf } from '../../domain/model/service-of';
import { exitOfFault } from '../../starters/exit-codes';
import { faultLines } from '../../starters/render/fault-lines';
import { aFleet } from '../support/builders';
import { namedTestsOf, testText } from './named-tests';
import { pageText, sectionsOf } from './pages';

const page = pageText('docs/faults.md');
const sections = sectionsOf(page, '###');
const codes = Object.keys(FAULTS) as FaultCode[];

const fleet = aFleet({ names: ['lxc12'], file: '/srv/fleet/fleet.yaml' });

function faultOf(work: () => unknown): Fault {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('the message that the page shows is what is printed', () => {
  const shown = /^```text\n([^]*?)\n```$/m.exec(page)?.[1];
  expect(shown).toBe(
    faultLines(
      faultOf(() => boxOf(fleet, 'lxc13')),
      (_, text) => text,
    ).join('\n'),
  );
});

test('there is one section for each code, and none for another', () => {
  expect(sections.map(({ title }) => title).toSorted()).toEqual(codes.toSorted());
});

describe.each(codes)('%s', (code) => {
  const text = sections.find(({ title }) => title === code)?.text ?? '';

  test('has the sentence, the cure, the exit code and whether it is tried again', () => {
    const { sentence, cure, retryable } = FAULTS[code];
    expect(text.split('\n').slice(0, 2)).toEqual([sentence, `→ ${cure}`]);
    expect(text).toContain(`\n- Exit ${exitOfFault(code)}. ${retryable ? 'Tried again.' : 'Not tried again.'}\n`);
  });

  test('says who says it', () => {
    expect(text).toMatch(/^- Said /m);
  });

  test('names a test that is there and expects the code', () => {
    const named = namedTestsOf(text);
    expect(named.length).toBeGreaterThan(0);
    for (const one of named)
      expect({ ...one, text: testText(one) ?? 'there is no such test' }).toMatchObject({ text: expect.stringContaining(code) });
  });
});
