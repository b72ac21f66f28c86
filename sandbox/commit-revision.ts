/** Adds one revision to the sample service or to its config: something for the next rollout to do. */
import { fastImport } from './fast-import';
import { git } from './git';
import { changelogOf, CONFIG_TEMPLATE, releaseText } from './sample-history';
import type { ReleaseFile } from './sample-history';
import type { SandboxLayout } from './sandbox-layout';

export interface CommitRequest {
  readonly message: string;
  /** Default: stable. A new branch begins at stable. */
  readonly branch?: string;
  /** Config instead of code. */
  readonly config?: boolean;
  /** Crashes at its start. */
  readonly broken?: boolean;
  /** Of the code, beside what every revision changes; such as lockstep.json. */
  readonly files?: Readonly<Record<string, string>>;
  /** Misbehaves in every locker. */
  readonly misbehave?: string;
}
export interface Committed {
  readonly sha: string;
  /** What lockers will answer: `<commit count>-g<12 hex>`. Of a config commit: null. */
  readonly build: string | null;
}

export async function commitRevision(sandbox: SandboxLayout, request: CommitRequest): Promise<Committed> {
  const { branch = 'stable', config = false, message } = request;
  const repo = config ? sandbox.configRepo : sandbox.codeRepo;
  const known = await git(repo, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
  const parent = known || (await git(repo, ['rev-parse', 'refs/heads/stable']));
  const files = config ? await nextConfig(repo, parent) : await nextCode(repo, parent, request);
  const commit = { branch, from: parent, message: `${message}\n`, at: Math.floor(Date.now() / 1_000), files };
  await git(repo, ['fast-import', '--quiet'], fastImport([commit]));
  const sha = await git(repo, ['rev-parse', `refs/heads/${branch}`]);
  if (config) return { sha, build: null };
  return { sha, build: `${await git(repo, ['rev-list', '--count', sha])}-g${sha.slice(0, 12)}` };
}

async function nextCode(
  repo: string,
  parent: string,
  { message, broken, misbehave, files = {} }: CommitRequest,
): Promise<Record<string, string>> {
  const before = JSON.parse(await git(repo, ['show', `${parent}:release.json`])) as ReleaseFile;
  const version = nextVersion(before.version);
  const release = { version, ...(misbehave === undefined ? {} : { misbehave }), ...(broken === true ? { storage: 3 } : {}) };
  const changelog = await git(repo, ['show', `${parent}:CHANGELOG.md`]);
  return { ...files, 'release.json': releaseText(release), 'CHANGELOG.md': changelogOf(version, message, [], `${changelog}\n`) };
}

/** The template has no value of its own that may change: a counter makes the revision differ. */
async function nextConfig(repo: string, parent: string): Promise<Record<string, string>> {
  const text = await git(repo, ['show', `${parent}:${CONFIG_TEMPLATE}`]);
  const known = Number(/"revision": (\d+),/.exec(text)?.[1] ?? 2);
  const without = text.replace(/\n {2}"revision": \d+,/, '');
  return { [CONFIG_TEMPLATE]: `${without.replace('{', `{\n  "revision": ${known + 1},`)}\n` };
}

/** `2.0.0` → `2.0.1`; what stands behind a hyphen goes. */
function nextVersion(version: string): string {
  const [major, minor, patch] = version.split('-')[0]?.split('.').map(Number) ?? [];
  return `${major ?? 0}.${minor ?? 0}.${(patch ?? 0) + 1}`;
}
