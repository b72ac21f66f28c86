/**
 * Looks names up under many ssh configurations, by the real ssh and by the product, and prints both as JSON.
 * Runs as root in a mount and network namespace of its own (`unshare -m -n`): each configuration is
 * mounted where ssh reads it, and nothing can be reached from there.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { resolveRoute } from '../../activities/adapters/ssh/resolve-route';
import type { Route } from '../../activities/adapters/ssh/route';
import { accountHere } from '../../activities/adapters/ssh/surroundings';
import { Fault } from '../../domain/faults';

export interface LookUp {
  readonly folder: string;
  readonly name: string;
  readonly ours: { readonly route: Route } | { readonly fault: { code: string; sentence: string; evidence: readonly string[] } };
  readonly theirs: SshSays;
}

export interface SshSays {
  /** Of `ssh -G`. */
  readonly code: number | null;
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** What it complained of, when asked and when it dialled. */
  readonly complaints: readonly string[];
  /** The commands that it ran for its connection, the outermost first. */
  readonly commands: readonly string[];
  /** `host port N`, of the ssh that dials; or the name that it could not look up. */
  readonly dialled: string | null;
  readonly identityFiles: readonly string[];
  /** `ssh -G` of each jump host, the outermost first. */
  readonly jumps: readonly Readonly<Record<string, readonly string[]>>[];
}

const FIXTURES = join(__dirname, '../fixtures/ssh-config');
const HOME = userInfo().homedir;
const MODES: Readonly<Record<string, number>> = { '104-world-writable': 0o666, '68-group-writable': 0o664 };
/** Said by the ssh that would have been the thirteenth. */
export const ENDLESS = 'endless-jump';
const SYSTEM = 'Include /etc/ssh/ssh_config.d/*.conf\n';

function layOut(folder: string): () => void {
  const place = mkdtempSync(join(tmpdir(), 'lockstep-ssh-config-'));
  const [mine, system] = [join(place, 'ssh'), join(place, 'etc')];
  mkdirSync(mine, { mode: 0o700 });
  mkdirSync(system);
  writeFileSync(join(system, 'ssh_config'), SYSTEM);
  if (existsSync(join(FIXTURES, folder, 'ssh'))) cpSync(join(FIXTURES, folder, 'ssh'), mine, { recursive: true });
  if (existsSync(join(FIXTURES, folder, 'etc'))) cpSync(join(FIXTURES, folder, 'etc'), system, { recursive: true });
  for (const name of readdirSync(mine)) chmodSync(join(mine, name), MODES[folder] ?? 0o600);
  mkdirSync(join(HOME, '.ssh'), { recursive: true, mode: 0o700 });
  execFileSync('mount', ['--bind', mine, join(HOME, '.ssh')]);
  execFileSync('mount', ['--bind', system, '/etc/ssh']);
  return () => {
    // Lazily: a command that a configuration names may still be ending.
    execFileSync('umount', ['--lazy', join(HOME, '.ssh'), '/etc/ssh']);
    rmSync(place, { recursive: true });
  };
}

/** There is nobody to answer; a resolver would wait for him. */
function noNameServer(place: string): void {
  const file = join(place, 'nsswitch.conf');
  writeFileSync(file, 'passwd: files\ngroup: files\nhosts: files\nservices: files\n');
  execFileSync('mount', ['--bind', file, '/etc/nsswitch.conf']);
}

/** ssh sees only a loop of one jump host; of any other it would start itself for ever. */
function boundedSsh(place: string): void {
  const real = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
  const script = [
    '#!/bin/bash',
    'export DEPTH=$((DEPTH + 1))',
    `((DEPTH > 12)) || exec -a ssh ${real} "$@"`,
    `echo ${ENDLESS} >&2`,
  ];
  writeFileSync(join(place, 'ssh'), `${script.join('\n')}\n`, { mode: 0o755 });
}

function run(command: string, args: readonly string[]): { code: number | null; stdout: string; lines: string[] } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000, input: '' });
  return { code: status, stdout, lines: stderr.split(/\r?\n/) };
}

function valuesOf(stdout: string): Record<string, string[]> {
  const values: Record<string, string[]> = {};
  for (const line of stdout.split('\n')) {
    const [keyword = '', ...rest] = line.split(' ');
    if (keyword !== '') (values[keyword.toLowerCase()] ??= []).push(rest.join(' '));
  }
  return values;
}

const found = (lines: readonly string[], pattern: RegExp): string[] => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);

function askRealSsh(target: string): SshSays {
  const said = run('ssh', ['-G', '-T', '--', target]);
  // The identity files are told once a connection is there, and this one always is.
  const login = run('ssh', ['-v', '-T', '-o', 'ProxyCommand=false', '--', target, 'true']).lines;
  const dial = run('ssh', ['-v', '-T', '-o', 'BatchMode=yes', '--', target, 'true']).lines;
  const files = found(login, /^debug1: identity file (.*) type -?\d+$/);
  const commands = found(dial, /^debug1: Executing proxy command: exec (.*)$/);
  const jumps = commands.filter((command) => command.startsWith('ssh ') && / -v -W '\[/.test(command));
  return {
    code: said.code,
    values: valuesOf(said.stdout),
    complaints: [...said.lines, ...login, ...dial].filter((line) => line !== '' && !/^(debug1: |OpenSSH_)/.test(line)),
    commands,
    dialled:
      found(dial, /^debug1: Connecting to (.*)\.$/)
        .at(-1)
        ?.replace(/ \[.*\] /, ' ') ??
      found(dial, /^ssh: Could not resolve hostname (.*?): /)[0] ??
      null,
    identityFiles: files.filter((file, index) => file !== `${files[index - 1]}-cert`),
    jumps: jumps.map((command) => valuesOf(run('sh', ['-c', command.replace(/ -v -W '\[.*?' /, ' -G -T ')]).stdout)),
  };
}

async function askProduct(target: string): Promise<LookUp['ours']> {
  const at = target.lastIndexOf('@');
  const ssh = at < 0 ? { host: target } : { host: target.slice(at + 1), user: target.slice(0, at) };
  try {
    return { route: await resolveRoute(ssh, { ...accountHere(process.env), folder: '/' }) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { fault: { code: error.code, sentence: error.sentence, evidence: error.evidence } };
  }
}

async function main(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'lockstep-ssh-config-'));
  noNameServer(place);
  boundedSsh(place);
  const path = `${place}:${process.env['PATH']}`;
  const all: LookUp[] = [];
  for (const folder of readdirSync(FIXTURES).filter((name) => existsSync(join(FIXTURES, name, 'hosts')))) {
    const takeAway = layOut(folder);
    // Answers of ssh count for some seconds, for one PATH.
    process.env['PATH'] = `${path}:/nonexistent/${folder}`;
    for (const name of readFileSync(join(FIXTURES, folder, 'hosts'), 'utf8')
      .split('\n')
      .filter(Boolean)) {
      all.push({ folder, name, ours: await askProduct(name), theirs: askRealSsh(name) });
    }
    takeAway();
  }
  execFileSync('umount', ['/etc/nsswitch.conf']);
  rmSync(place, { recursive: true });
  process.stdout.write(JSON.stringify(all));
}

if (require.main === module) void main();
