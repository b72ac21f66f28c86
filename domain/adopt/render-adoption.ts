/** The plan of an adoption and of its undoing, for people. Lockers with the same change are told once. Pure. */
import type { AdoptionPlan, AdoptLocker, AdoptProblem, OldCode, UndoPlan } from './adoption';
import { flagsFor, foundLines } from './render-found';

/** `fleet`: lines for fleet.yaml (fleet-lines.ts). */
export function adoptionLines(plan: AdoptionPlan, fleet: readonly string[] = []): string[] {
  const { box, code, lockers, found, strangers, notes } = plan;
  const adopted = lockers.filter(({ kind }) => kind === 'adopt');
  const already = lockers.length - adopted.length;
  return [
    `Adoption of ${box}: ${adopted.length} of ${lockers.length} lockers${already > 0 ? `, ${already} already adopted` : ''}`,
    '',
    ...row('Found', foundLines(found)),
    ...row('By flags', [flagsFor(found)].filter(Boolean)),
    ...(code ? codeLines(code) : []),
    ...row('Left alone', strangers.length > 0 ? [`no locker by the pattern: ${someOf(strangers)}`] : []),
    ...row('Note', notes),
    ...changeLines(adopted),
    ...problemLines(adopted),
    ...(fleet.length > 0 ? ['', '  For fleet.yaml, what fits them:', ...fleet.map((line) => `    ${line}`)] : []),
    ...(adopted.length > 0 ? ['', ...row('Then', afterwards(box))] : []),
  ];
}

const afterwards = (box: string): string[] => [
  'nothing that runs is touched: each locker goes over to its new mounts at its next start',
  `an ordinary rollout brings them there: npm run start-rollout -- --box ${box}`,
  'until its next start a locker is given back as it was by adopt-box --undo',
];

function codeLines(code: OldCode): string[] {
  const { tree, checkout, revision, subject, id, label, build, named, bytes, changed } = code;
  const lines = [
    checkout ? `${tree} at ${revision.slice(0, 12)} ${subject}` : `${tree}, known by its content: ${revision.slice(0, 12)}`,
    `copied once to code/${id} (${mebibytes(bytes)}), as release ${label}; ${named ? 'its mounts prove it' : `it answers ${build}`}`,
  ];
  const dirty =
    changed.length > 0
      ? [`NOT as committed: ${someOf(changed.map((line) => line.trim()))}; the copy has it, a rollout brings it not`]
      : [];
  return row('Code', [...lines, ...dirty]);
}

const mebibytes = (bytes: number): string => `${Math.max(1, Math.ceil(bytes / (1024 * 1024)))} MiB`;

/** `Label     text`, and the further ones below it. */
function row(label: string, texts: readonly string[]): string[] {
  return texts.map((text, index) => `  ${(index === 0 ? label : '').padEnd(10)}  ${text}`);
}

const SOME = 6;
function someOf(all: readonly string[]): string {
  return all.length > SOME ? `${all.slice(0, SOME).join(', ')} and ${all.length - SOME} more` : all.join(', ');
}

/** Those whose lines are the same but for their own name. */
function changeLines(lockers: readonly AdoptLocker[]): string[] {
  const groups = grouped(lockers, (locker) =>
    [...locker.difference, ...locker.notes].map((line) => unnamed(line, locker.name)).join('\n'),
  );
  return groups.flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const same = others.length > 0 ? `; the same, each with its own name, for ${someOf(others.map(({ name }) => name))}` : '';
    return [
      '',
      `  ${first.configFile}${same}`,
      ...[...first.difference, ...first.notes.map((note) => `! ${note}`)].map((line) => `    ${line}`),
    ];
  });
}

function problemLines(lockers: readonly AdoptLocker[]): string[] {
  const all = lockers.flatMap(({ name, problems }) => problems.map((problem) => ({ name, problem })));
  const told = grouped(all, ({ name, problem }) => unnamed(`${problem.code} ${problem.detail}`, name)).flatMap((group) => {
    const [first] = group;
    return first
      ? toldProblem(
          first.problem,
          group.map(({ name }) => name),
        )
      : [];
  });
  return told.length === 0 ? [] : ['', '  Can not be adopted as it is:', ...told];
}

const toldProblem = ({ code, detail, cure }: AdoptProblem, names: readonly string[]): string[] => [
  `    ${someOf(names)}: ${code.replaceAll('-', ' ')}: ${detail}`,
  `      → ${cure}`,
];

/** A name between letters that belong to no name. */
const unnamed = (text: string, name: string): string =>
  text.replaceAll(new RegExp(`(?<![a-z0-9-])${name}(?![a-z0-9-])`, 'g'), '{locker}');

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

export function undoLines({ box, lockers }: UndoPlan): string[] {
  const back = lockers.filter(({ kind }) => kind === 'restore');
  const stay = lockers.filter(({ kind }) => kind === 'can-not');
  return [
    `Undoing the adoption of ${box}: ${back.length} of ${lockers.length} lockers`,
    ...row('Back', back.length > 0 ? [`${someOf(back.map(({ name }) => name))}: the config as it was, byte by byte`] : []),
    ...grouped(stay, ({ name, because, cure }) => unnamed(`${because} ${cure}`, name)).flatMap((group) => {
      const [first] = group;
      return first
        ? [`  Stays       ${someOf(group.map(({ name }) => name))}: ${first.because}`, `              → ${first.cure}`]
        : [];
    }),
  ];
}
