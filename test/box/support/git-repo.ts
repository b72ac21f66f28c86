/** A real repository beside a staged box, for what a plain commit of texts has not: modes, links, submodules, raw bytes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ME = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', '-c', 'protocol.file.allow=always'];

export const inRepo = (repo: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', repo, ...ME, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

export function newRepo(repo: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  execFileSync('git', ['init', '--quiet', '--initial-branch=stable', repo]);
  return commitTo(repo, files);
}

export function commitTo(repo: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), content);
  }
  inRepo(repo, 'add', '-A');
  inRepo(repo, 'commit', '--quiet', '--allow-empty', '-m', 'change');
  return inRepo(repo, 'rev-parse', 'HEAD');
}

/** A gitlink and its lines in .gitmodules, without ever fetching it. */
export function linkSubmodule(
  repo: string,
  at: { path: string; url: string; commit: string; lines?: readonly string[] },
): string {
  inRepo(repo, 'config', '-f', '.gitmodules', `submodule.${at.path}.path`, at.path);
  inRepo(repo, 'config', '-f', '.gitmodules', `submodule.${at.path}.url`, at.url);
  for (const line of at.lines ?? []) {
    const [key = '', value = ''] = line.split('=');
    inRepo(repo, 'config', '-f', '.gitmodules', `submodule.${at.path}.${key}`, value);
  }
  inRepo(repo, 'add', '.gitmodules');
  inRepo(repo, 'update-index', '--add', '--cacheinfo', `160000,${at.commit},${at.path}`);
  inRepo(repo, 'commit', '--quiet', '-m', 'link');
  return inRepo(repo, 'rev-parse', 'HEAD');
}

/** A commit of a tree as it is written here, which `git add` would convert or refuse. */
export function commitRaw(
  repo: string,
  entries: readonly { mode?: string; name: string | Buffer; content: string | Buffer }[],
): string {
  const store = (type: string, input: string | Buffer) =>
    execFileSync('git', ['-C', repo, 'hash-object', '-w', '--literally', '-t', type, '--stdin', '--no-filters'], {
      input,
      encoding: 'utf8',
    }).trim();
  const tree = entries.map(({ mode = '100644', name, content }) => {
    const id = mode === '40000' ? String(content) : store('blob', content);
    return Buffer.concat([
      Buffer.from(`${mode} `),
      Buffer.isBuffer(name) ? name : Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, 'hex'),
    ]);
  });
  const commit = inRepo(repo, 'commit-tree', '-m', 'raw', store('tree', Buffer.concat(tree)));
  inRepo(repo, 'update-ref', 'refs/heads/stable', commit);
  return inRepo(repo, 'rev-parse', `${commit}^{tree}`);
}
