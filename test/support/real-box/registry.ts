/**
 * A published npm server as an admin has it under an init: code in /opt/registry, settings in /etc/registry,
 * data in /var/lib/registry. Nothing in it, and nothing that it answers, knows of Lockstep.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { done } from './done';

export const PORT = 4873;
/** Without dependencies; the two newest. */
export const VERSIONS = ['4.0.0', '4.0.2'] as const;

const COMMAND = '/usr/local/bin/node /opt/registry/cli.js /var/lib/registry index.html';

export const UNIT = `[Unit]
Description=registry
After=network.target

[Service]
User=registry
EnvironmentFile=/etc/registry/env
ExecStart=${COMMAND} \${PORT}

[Install]
WantedBy=multi-user.target
`;

export const INIT_SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          registry
# Required-Start:    $network $local_fs
# Required-Stop:     $network $local_fs
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
### END INIT INFO
. /lib/lsb/init-functions
. /etc/registry/env
case "$1" in
  start)
    start-stop-daemon --start --background --make-pidfile --pidfile /run/registry.pid --chuid registry \\
      --output /var/log/registry.log --startas /bin/sh -- -c "exec ${COMMAND} $PORT" ;;
  stop) start-stop-daemon --stop --retry 5 --pidfile /run/registry.pid --remove-pidfile ;;
  status) status_of_proc -p /run/registry.pid node registry ;;
  restart|force-reload) $0 stop; $0 start ;;
esac
`;

const KEPT = join(__dirname, '../../../.lockstep/npm');

/** The files of one version, as npm publishes them. */
async function packageOf(version: string): Promise<string> {
  const folder = join(KEPT, `servor-${version}`);
  if (existsSync(join(folder, 'package/package.json'))) return join(folder, 'package');
  await mkdir(folder, { recursive: true });
  await done(['npm', 'pack', '--silent', `servor@${version}`, '--pack-destination', folder]);
  await done(['tar', '-xzf', join(folder, `servor-${version}.tgz`), '-C', folder]);
  return join(folder, 'package');
}

const AS = ['-c', 'user.name=Admin', '-c', 'user.email=admin@lockstep.invalid', '-c', 'commit.gpgsign=false'];

/** A work tree whose commits go to the repository that boxes fetch from. */
export async function commitTree(tree: string, message: string, refs: readonly string[]): Promise<void> {
  await done(['git', ...AS, '-C', tree, 'add', '--all']);
  await done(['git', ...AS, '-C', tree, 'commit', '--quiet', '--message', message]);
  await done(['git', '-C', tree, 'push', '--quiet', '--force', 'origin', ...refs.map((ref) => `HEAD:${ref}`)]);
}

export async function newTree(tree: string, repo: string): Promise<void> {
  await done(['git', 'init', '--quiet', '--bare', '--initial-branch=stable', repo]);
  await done(['git', '-C', repo, 'config', 'uploadpack.allowAnySHA1InWant', 'true']);
  await done(['git', 'clone', '--quiet', repo, tree]);
}

/** Tags v1 and v2, branch stable at v2, and one that ends at its start as published software does on a Node too old for it. */
export async function makeCodeRepo(tree: string, repo: string): Promise<void> {
  await newTree(tree, repo);
  for (const [index, version] of VERSIONS.entries()) {
    await cp(await packageOf(version), tree, { recursive: true });
    await commitTree(tree, version, ['refs/heads/stable', `refs/tags/v${index + 1}`]);
  }
  const cli = await readFile(join(tree, 'cli.js'), 'utf8');
  const needs = "#!/usr/bin/env node\nconsole.error('registry requires Node.js v99'); process.exit(1);\n";
  await writeFile(join(tree, 'cli.js'), cli.replace(/^#!.*\n/, needs));
  await commitTree(tree, 'Use what only the next Node has', ['refs/heads/broken']);
}

export async function makeConfigRepo(tree: string, repo: string): Promise<void> {
  await newTree(tree, repo);
  await mkdir(join(tree, 'templates'));
  await writeFile(join(tree, 'templates/env'), 'PORT={{port}}\n');
  await commitTree(tree, 'The port', ['refs/heads/stable', 'refs/tags/v1']);
}
