/** Refs that a fetch left behind: which ones, and why, in git's words and with what helps. */
import { Fault } from '../domain/faults';
import type { Difference } from './differences';
import type { GitRan, Mirror } from './mirror';
import { unreachable } from './unreachable';

const SHOWN = 8;

/** Another git works in this mirror, or one left its lock: that passes. */
const IN_THE_WAY = /\.lock': File exists|but expected|unable to lock/i;

const CURES: readonly { readonly said: RegExp; readonly cure: (url: string) => string }[] = [
  {
    said: /shallow roots are not allowed/,
    cure: (url) =>
      `${url} is a shallow clone. Fetch its history there (\`git fetch --unshallow\`), or name the repository that it was cloned from.`,
  },
  { said: /non-commit object/, cure: () => 'A branch names a commit: delete that one in the repository, or make it a tag.' },
  { said: /File name too long/, cure: () => 'Give that ref a shorter name in the repository.' },
  {
    said: /mismatched algorithms/,
    cure: () => 'The repository names its commits by SHA-256, which Lockstep does not take: name one with SHA-1.',
  },
  {
    said: /promisor remote/,
    cure: (url) => `${url} is a partial clone, without all of its files: name the repository that it was cloned from.`,
  },
  {
    said: /alternate object path/,
    cure: (url) => `${url} borrows from a repository that is away: see objects/info/alternates there.`,
  },
  {
    said: /convert-graft-file/,
    cure: (url) => `${url} hides a part of its history by info/grafts: remove that file there.`,
  },
  {
    said: /possible repository corruption/,
    cure: () => 'The repository is damaged: `git fsck` there says more. Mend it from another clone.',
  },
  {
    said: /not our ref/,
    cure: () => 'The repository lacks what that ref names: `git fsck` there says more. Mend it, or delete the ref.',
  },
];

export function refsNotTaken(mirror: Mirror, left: readonly Difference[], fetched: GitRan): Fault {
  if (IN_THE_WAY.test(fetched.stderr)) return unreachable(mirror, fetched);
  const { url, who } = mirror;
  const lost = /not our ref ([0-9a-f]{40})/.exec(fetched.stderr)?.[1];
  // The others were not taken because of it.
  const blamed = left.filter(({ there }) => there === lost);
  const named = blamed.length > 0 ? blamed : left;
  const lines = named.slice(0, SHOWN).map(({ ref, there, here }) => `${ref}: ${wordFor(there)} there, ${wordFor(here)} here`);
  const more = named.length > SHOWN ? [`… and ${named.length - SHOWN} more`] : [];
  const first = named[0]?.ref ?? '';
  const what = named.length === 1 ? first : `${first} and ${named.length - 1} more refs`;
  const cure = CURES.find(({ said }) => said.test(fetched.stderr))?.cure(url);
  return new Fault('RefsNotTaken', `The ${who} fetched ${url}, and its mirror did not take ${what}.`, {
    evidence: [...lines, ...more, ...fetched.evidence],
    ...(cure !== undefined && { cure }),
  });
}

const wordFor = (id: string | null): string => id?.slice(0, 12) ?? 'nothing';
