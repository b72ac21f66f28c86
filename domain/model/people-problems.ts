/** What no schema sees: an approver's role that nobody has, and one chat user who is two people. */
import { roleIn } from './people';
import type { SchemaProblem } from './schema-problems';

type Section = Readonly<Record<string, unknown>>;
const isSection = (value: unknown): value is Section => typeof value === 'object' && value !== null && !Array.isArray(value);
const entriesOf = (value: unknown): [string, Section][] =>
  isSection(value) ? Object.entries(value).filter((entry): entry is [string, Section] => isSection(entry[1])) : [];

/** Looked up in what was written, so that it is found beside other problems. */
export function peopleProblems(written: unknown): SchemaProblem[] {
  return isSection(written) ? [...rolesOfNobody(written), ...twoOfOne(written)] : [];
}

function rolesOfNobody(written: Section): SchemaProblem[] {
  const roles = new Set(entriesOf(written['people']).flatMap(([, { roles: own }]) => (Array.isArray(own) ? own : [])));
  return policiesOf(written).flatMap(({ path, policy }) => {
    const { approvers } = policy;
    if (!Array.isArray(approvers)) return [];
    return approvers.flatMap((approver: unknown, i) => {
      const role = typeof approver === 'string' ? roleIn(approver) : null;
      if (role === null || roles.has(role)) return [];
      const sentence = `names the role ${JSON.stringify(role)}, which nobody in people has`;
      return [{ path: [...path, 'approvers', i], at: 'value' as const, later: false, sentence }];
    });
  });
}

function policiesOf(written: Section): { path: readonly string[]; policy: Section }[] {
  const own = [{ path: ['policy'], policy: written['policy'] }];
  const inner = ['services', 'boxes'].flatMap((kind) =>
    entriesOf(written[kind]).map(([name, { policy }]) => ({ path: [kind, name, 'policy'], policy })),
  );
  return [...own, ...inner].flatMap(({ path, policy }) => (isSection(policy) ? [{ path, policy }] : []));
}

function twoOfOne({ people }: Section): SchemaProblem[] {
  const known = new Map<unknown, string>();
  return entriesOf(people).flatMap(([name, { slack }]) => {
    const other = slack === undefined ? undefined : known.get(slack);
    known.set(slack, name);
    if (other === undefined) return [];
    const sentence = `is the Slack user of ${other} already; a person is listed once`;
    return [{ path: ['people', name, 'slack'], at: 'value' as const, later: false, sentence }];
  });
}
