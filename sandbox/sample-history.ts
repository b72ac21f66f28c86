/**
 * The history of the sample service and of its config: what `up` writes into the repositories.
 * Dates are fixed, so that every sandbox has the same revisions. Pure.
 */
import type { Commit } from './fast-import';

export const FIRST_TAG = 'v1';
const DAY = 86_400;
/** 2026-11-02 09:00 UTC. */
const BEGAN = 1_793_610_000;

/** `release.json` of the service. */
export interface ReleaseFile {
  readonly version: string;
  /** A misbehaviour that this revision brings to every locker. */
  readonly misbehave?: string;
  /** A storage format that the code does not know: it ends at its start. */
  readonly storage?: number;
}

export const releaseText = (release: ReleaseFile): string => `${JSON.stringify(release, null, 2)}\n`;

interface Step {
  readonly version: string;
  readonly title: string;
  readonly notes: readonly string[];
  readonly tag?: string;
}

const STEPS: readonly [Step, ...Step[]] = [
  {
    version: '1.0.0',
    title: 'Keep the owner’s data as a chain of checksums',
    notes: ['A lost or torn item is found at the next start.'],
    tag: 'v1',
  },
  {
    version: '1.1.0',
    title: 'Finish syncs before leaving',
    notes: ['SIGTERM waits for work in flight.', 'A second one aborts.'],
  },
  { version: '1.2.0', title: 'Sync contacts and photos side by side', notes: ['One slow server no longer delays the others.'] },
  { version: '2.0.0', title: 'Answer /core/settings', notes: ['Shows what the locker was told, for support.'], tag: 'v2' },
];

interface Side {
  readonly branch: string;
  readonly title: string;
  readonly release?: Partial<ReleaseFile>;
  readonly build?: readonly (readonly string[])[];
}

/** Branches that continue stable by one revision each, to show how a rollout takes it. */
const SIDES: readonly Side[] = [
  { branch: 'broken', title: 'Move the data to storage format 3', release: { storage: 3 } },
  { branch: 'wrong-build', title: 'Compute the build number at run time', release: { misbehave: 'wrong-build' } },
  { branch: 'bad-build', title: 'Compile the templates', build: [['node', 'compile-templates.js']] },
  { branch: 'slow-build', title: 'Check every source twice', build: [['node', '-e', 'setTimeout(() => {}, 600000)']] },
];

export const changelogOf = (version: string, title: string, notes: readonly string[], before: string): string =>
  `## ${version}\n${[title, ...notes].map((line) => `- ${line}`).join('\n')}\n\n${before}`;

/** `sources`: the files of the service, without release.json and CHANGELOG.md. */
export function codeHistory(sources: Readonly<Record<string, string>>): Commit[] {
  let changelog = '';
  const commits = STEPS.map((step, index): Commit => {
    changelog = changelogOf(step.version, step.title, step.notes, changelog);
    return {
      branch: 'stable',
      from: null,
      message: [step.title, '', ...step.notes, ''].join('\n'),
      at: BEGAN + index * 3 * DAY,
      files: {
        ...(index === 0 ? sources : {}),
        'release.json': releaseText({ version: step.version }),
        'CHANGELOG.md': changelog,
      },
      ...(step.tag === undefined ? {} : { tag: step.tag }),
    };
  });
  return [...commits, ...SIDES.map((side) => sideCommit(side, BEGAN + STEPS.length * 3 * DAY))];
}

function sideCommit({ branch, title, release, build }: Side, at: number): Commit {
  const files = {
    'release.json': releaseText({ version: `2.1.0-${branch}`, ...release }),
    ...(build ? { 'lockstep.json': `${JSON.stringify({ format: 1, build }, null, 2)}\n` } : {}),
  };
  return { branch, from: 'refs/heads/stable', message: `${title}\n`, at, files };
}

const FIRST_CONFIG = `{
  "port": {{port}},
  "startCpuMs": {{startCpuMs}},
  "jobs": {
    "everyMs": {{jobEveryMs}},
    "medianMs": {{jobMedianMs}},
    "sigma": {{jobSigma}}
  }
}
`;
const SECOND_CONFIG = FIRST_CONFIG.replace('"startCpuMs"', '"greeting": "{{greeting}}",\n  "startCpuMs"');

export const CONFIG_TEMPLATE = 'templates/config.json';

export function configHistory(): Commit[] {
  const first = {
    branch: 'stable',
    from: null,
    message: 'Port, start and jobs of a locker\n',
    at: BEGAN,
    files: { [CONFIG_TEMPLATE]: FIRST_CONFIG },
    tag: FIRST_TAG,
  };
  const message = 'Greet the owner\n\nThe greeting is a value of box or locker.\n';
  return [first, { branch: 'stable', from: null, message, at: BEGAN + 5 * DAY, files: { [CONFIG_TEMPLATE]: SECOND_CONFIG } }];
}
