/** docs/policy.md: its example is what the schema takes, its keys are the schema's, its defaults the product's. */
import { FleetInput } from '../../domain/model/fleet';
import { keysAt } from '../../domain/model/known-keys';
import { limitsFor } from '../../domain/model/limits-for';
import { PRODUCT_DEFAULTS, mergePolicy } from '../../domain/model/merge-policy';
import { parseFleet } from '../../domain/model/parse-fleet';
import { PolicyInput } from '../../domain/model/policy';
import { policyOf } from '../../domain/model/policy-of';
import { batchSizes } from '../../domain/plan/cut-batches';
import { pageText, sectionsOf } from './pages';

const page = pageText('docs/policy.md');
const example = /^```yaml\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
const fleet = parseFleet(example, '/fleet/fleet.yaml');

type Section = Readonly<Record<string, unknown>>;
const isSection = (value: unknown): value is Section => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `drain.timeout`, `batches`, …: every key that can hold a value. */
function leavesOf(path: readonly string[] = []): string[] {
  const keys = keysAt(PolicyInput, path);
  return keys.length === 0 ? [path.join('.')] : keys.flatMap((key) => leavesOf([...path, key]));
}
/** null is none of it, so that its parts have no defaults. */
const leaves = [
  ...new Set(leavesOf().map((key) => key.replace(/^freeze\..*/, 'freeze').replace(/^verify\.external\..*/, 'verify.external'))),
];
const written = (section: Section, before = ''): string[] =>
  Object.entries(section).flatMap(([key, value]) =>
    isSection(value) ? written(value, `${before}${key}.`) : [`${before}${key}`],
  );

const rowsOf = (title: string) =>
  (sectionsOf(page, '##').find((section) => section.title === title)?.text ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '));

const keysOf = (...sections: readonly unknown[]): string[] =>
  [...new Set(sections.flatMap((one) => Object.keys(one as Section)))].toSorted();

describe('the example', () => {
  test('has every policy key, and no other', () => {
    expect(written(fleet.policy).toSorted()).toEqual(leaves.toSorted());
  });

  test('says the product’s own rules at its top', () => {
    // Its own default has no number: it follows maxDown.
    const { maxUnproven, ...others } = mergePolicy([fleet.policy]);
    expect({ ...others, drainIsExplicit: false }).toEqual({
      ...PRODUCT_DEFAULTS,
      maxUnproven: undefined,
      drainIsExplicit: false,
    });
    expect(maxUnproven).toBe(limitsFor(PRODUCT_DEFAULTS, 300).maxUnproven);
  });

  test('has every key of a service, of a box and of its ssh', () => {
    const { services, boxes } = fleet;
    expect(keysOf(...Object.values(services))).toEqual(keysAt(FleetInput, ['services', 'locker']).toSorted());
    expect(keysOf(...Object.values(boxes))).toEqual(keysAt(FleetInput, ['boxes', 'lxc12']).toSorted());
    expect(keysOf(...Object.values(boxes).map(({ ssh }) => ssh))).toEqual(
      keysAt(FleetInput, ['boxes', 'lxc12', 'ssh']).toSorted(),
    );
  });

  test('overlays as the page tells of its box', () => {
    const { drain, maxDown, stop, soak } = policyOf(fleet, 'lxc12', {});
    expect({ drain, maxDown, stop, soak }).toEqual({
      drain: { timeoutMs: 300_000, onTimeout: 'skip' },
      maxDown: 5,
      stop: { timeoutMs: 60_000, onTimeout: 'hold' },
      soak: PRODUCT_DEFAULTS.soak,
    });
  });
});

/** As a person writes it: `key.split` leads to the value, a duration under its name in milliseconds. */
function defaultOf(key: string): unknown {
  return key.split('.').reduce<unknown>((section, part) => {
    const known = section as Section;
    return part in known ? known[part] : known[`${part}Ms`];
  }, PRODUCT_DEFAULTS);
}

/** The cell, read as the fleet file would read it. */
function readBy(key: string, cell: string): unknown {
  const policy = key.split('.').reduceRight((inner, part) => `{ ${part}: ${inner} }`, cell.replaceAll('`', ''));
  const read = parseFleet(`version: 1\npolicy: ${policy}\nservices: {}\nboxes: {}\n`, '/fleet.yaml').policy;
  return key.split('.').reduce<unknown>((section, part) => (section as Section)[part], read);
}

describe('the table of keys', () => {
  const rows = rowsOf('Every key');

  test('has a row for each key, with its real default', () => {
    expect(rows.map(([key]) => key)).toEqual(leaves.map((key) => `\`${key}\``));
    for (const [key = '', cell = ''] of rows.map(([name = '', value]) => [name.replaceAll('`', ''), value])) {
      if (key === 'maxUnproven') expect({ key, cell }).toEqual({ key, cell: '3 × `maxDown`' });
      else expect({ key, default: readBy(key, cell) }).toEqual({ key, default: defaultOf(key) });
    }
  });

  test.each(rows.map(([key = '', , meaning = '']) => [key, meaning]))('says what %s means', (_, meaning) => {
    expect(meaning.length).toBeGreaterThan(10);
  });
});

test('the absolutes are those that the planner derives', () => {
  const computed = [1, 12, 100, 300].map((count) => {
    const { maxDown, maxUnproven, maxStarting, canaryFailures, totalFailures } = limitsFor(PRODUCT_DEFAULTS, count);
    const batches = batchSizes(PRODUCT_DEFAULTS.batches, count).join(' → ');
    return [count, maxDown, maxUnproven, maxStarting, canaryFailures, totalFailures, batches].map(String);
  });
  expect(rowsOf('In absolutes')).toEqual(computed);
});

test('fleet.yaml, the example that runs, names every policy key too, with its real default where it says so', () => {
  const text = pageText('fleet.yaml');
  for (const key of leaves) expect(text).toMatch(new RegExp(`\\b${key.split('.').at(-1)}\\b`));
  const shown = [...text.matchAll(/^ +# ((\w+): .*?) +# default(?:$|[.:])/gm)]
    .filter(([, , key]) => key !== undefined && keysAt(PolicyInput, []).includes(key))
    .map(([, line]) => `policy: { ${line} }`);
  expect(shown.length).toBeGreaterThan(5);
  for (const line of shown) {
    const policy = parseFleet(`version: 1\n${line}\nservices: {}\nboxes: {}\n`, '/fleet.yaml').policy;
    if (policy.maxUnproven !== undefined)
      expect(policy.maxUnproven).toBe(limitsFor({ ...PRODUCT_DEFAULTS, maxDown: 3 }, 12).maxUnproven);
    else expect({ ...mergePolicy([policy]), drainIsExplicit: false }).toEqual(PRODUCT_DEFAULTS);
  }
});
