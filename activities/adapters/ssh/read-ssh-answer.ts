/** What `ssh -G` printed, as values. It prints lists of paths without quotes, and most of them as they were written. Pure. */

export interface SshAnswer {
  /** In the order printed; empty where ssh does not print it. Keywords in lower case. */
  all(keyword: string): readonly string[];
  readonly one: (keyword: string) => string | undefined;
  /** What ssh told of the expansion of UserKnownHostsFile, in order; files that needed none are not among them. */
  readonly expandedKnownHosts: readonly string[];
}

export function readSshAnswer(stdout: string, stderr: string): SshAnswer {
  const said = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const at = line.indexOf(' ');
    if (at <= 0) continue;
    const keyword = line.slice(0, at).toLowerCase();
    said.set(keyword, [...(said.get(keyword) ?? []), line.slice(at + 1)]);
  }
  const all = (keyword: string) => said.get(keyword) ?? [];
  const expandedKnownHosts = [...stderr.matchAll(/expanded UserKnownHostsFile '.*' -> '(.*)'$/gm)].map(([, to]) => to as string);
  return { all, one: (keyword) => all(keyword)[0], expandedKnownHosts };
}

/** Everything that ssh says while it is asked to be talkative, but for what it does not say otherwise. */
export const complaintsOf = (stderr: string): string[] =>
  stderr.split(/\r?\n/).filter((line) => line.trim() !== '' && !/^(debug\d: |OpenSSH_|Pseudo-terminal will not)/.test(line));

/**
 * A list of paths that was printed without quotes: `/a b /c`. Paths that ssh named are taken as they are; of the
 * others, words belong together where a file of that name is there.
 */
export function splitPaths(line: string, known: readonly string[], exists: (path: string) => boolean): string[] {
  const paths: string[] = [];
  let rest = line;
  while (rest !== '') {
    const path = known.find((one) => rest === one || rest.startsWith(`${one} `)) ?? longestThere(rest, exists);
    paths.push(path);
    rest = rest.slice(path.length + 1);
  }
  return paths;
}

function longestThere(text: string, exists: (path: string) => boolean): string {
  const words = text.split(' ');
  for (let count = words.length; count > 1; count--) {
    const path = words.slice(0, count).join(' ');
    if (exists(path)) return path;
  }
  return words[0] as string;
}
