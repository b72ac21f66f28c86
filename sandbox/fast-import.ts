/** Commits as a stream for `git fast-import`: a whole repository in one process, no work tree. Pure. */
export interface Commit {
  readonly branch: string;
  /** Another branch or a commit that it continues; null: what this stream last put on its own branch, or nothing. */
  readonly from: string | null;
  /** First line, then what the changelog says. */
  readonly message: string;
  /** Seconds since the epoch. */
  readonly at: number;
  /** Path → text; the others stay as they were. */
  readonly files: Readonly<Record<string, string>>;
  readonly tag?: string;
}

const AUTHOR = 'Sandbox <sandbox@lockstep.invalid>';

export function fastImport(commits: readonly Commit[]): string {
  return commits.map(commitText).join('');
}

function commitText({ branch, from, message, at, files, tag }: Commit): string {
  return [
    `commit refs/heads/${branch}\n`,
    `committer ${AUTHOR} ${at} +0000\n`,
    data(message),
    from === null ? '' : `from ${from}\n`,
    ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
    '\n',
    tag === undefined ? '' : `reset refs/tags/${tag}\nfrom refs/heads/${branch}\n\n`,
  ].join('');
}

/** Counted in bytes: a message or file may hold anything. */
const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
