/** git for the sandbox's own repositories: nobody's global config is needed or heeded in what matters. */
import { runOrFault } from './run-or-fault';

/** Set where a hook of another repository runs us; they would lead git astray. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

const argv = (repo: string, args: readonly string[]): string[] => [
  'git',
  '-c',
  `safe.directory=${repo}`,
  `--git-dir=${repo}`,
  ...args,
];

export async function git(repo: string, args: readonly string[], input = ''): Promise<string> {
  return (await runOrFault(argv(repo, args), { env, input })).trim();
}

export async function initBare(repo: string): Promise<void> {
  await runOrFault(['git', 'init', '--quiet', '--bare', '--initial-branch=stable', repo], { env });
}
