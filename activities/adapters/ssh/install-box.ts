/**
 * Makes a host a Lockstep box over an admin's login: bundle, box.json, wrapper scripts, the
 * forced-command line of the rollouts' key, and lockerd running. A second run changes nothing.
 * Commands sent are constants; everything else travels on stdin as JSON.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Client } from 'ssh2';
import { z } from 'zod';
import { Fault } from '../../../domain/faults';
import type { BoxConfig } from '../../../domain/protocol/box-config';
import { dial } from './dial';
import { checkBox } from './preflight';
import type { Route } from './route';
import { runRemote } from './run-remote';

export interface InstallBox {
  /** To the host, as an admin (resolve-route.ts makes it). */
  readonly route: Route;
  readonly config: BoxConfig;
  readonly paths: InstallPaths;
  /** Text of the bundled lockerd and lockerctl. */
  readonly bundle: string;
  /** Names and texts of the scripts that go to `paths.bin`; `lockerctl` is among them. */
  readonly scripts: Readonly<Record<string, string>>;
  /** The account that rollouts log in as, and the public key that they show, `ssh-ed25519 AAAA… comment`. */
  readonly login: { readonly account: string; readonly publicKey: string };
  readonly onStep: (step: InstallStep) => void;
}
export interface InstallPaths {
  readonly bundle: string;
  readonly config: string;
  readonly bin: string;
  /** Written only for a login that is not root. */
  readonly sudoers: string;
}
export interface InstallStep {
  readonly text: string;
  readonly changed: boolean;
}

export const INSTALL_PATHS: InstallPaths = {
  bundle: '/usr/local/lib/lockstep/lockerd.cjs',
  config: '/etc/lockstep/box.json',
  bin: '/usr/local/sbin',
  sudoers: '/etc/sudoers.d/lockstep',
};

const CONNECT_MS = 20_000;
/** Files of a megabyte over a slow line, and the first start of lockerd. */
const INSTALL_MS = 120_000;

const Frame = z.union([
  z.object({ step: z.string(), changed: z.boolean() }),
  z.object({ failed: z.string() }),
  z.object({ lockerd: z.object({ exit: z.int().nullable(), lines: z.array(z.string()) }) }),
]);

/** These end up in authorized_keys and sudoers, where a quote or a second line would be somebody's right. */
const Login = z.object({
  account: z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/),
  publicKey: z.string().regex(/^(ssh-|ecdsa-)[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [A-Za-z0-9@._+-]+)?$/),
});
const PlainPath = z.string().regex(/^\/[A-Za-z0-9._/-]+$/);

function checkInput({ login, paths, config }: InstallBox): void {
  const checks = [Login.safeParse(login), ...Object.values(paths).map((path: string) => PlainPath.safeParse(path))];
  const bad = checks.find((check) => !check.success);
  if (!bad) return;
  throw new Fault('BoxUnfit', `${config.box} can not be installed with these names.`, {
    evidence: bad.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    cure: 'Account and paths are plain names; the public key is one line such as "ssh-ed25519 AAAA… name".',
  });
}

/** Answers whether anything was changed. */
export async function installBox(install: InstallBox): Promise<{ changed: boolean }> {
  checkInput(install);
  const connection = await dial(install.route, CONNECT_MS);
  try {
    const { sudo, summary } = await checkBox(connection.client, install.config.box);
    install.onStep({ text: summary, changed: false });
    return await runProgram(connection.client, sudo ? 'sudo -n node -' : 'node -', install);
  } finally {
    connection.close();
  }
}

async function runProgram(client: Client, command: string, install: InstallBox): Promise<{ changed: boolean }> {
  const program = await readFile(join(__dirname, '../../../box-install/install-program.cjs'), 'utf8');
  const stdin = `${program}\nmain(${JSON.stringify(programInput(install))});\n`;
  const ran = await runRemote(client, { command, stdin, timeoutMs: INSTALL_MS });
  let changed = false;
  let lockerdAnswers = false;
  for (const line of ran.stdout.split('\n').filter((text) => text !== '')) {
    const frame = Frame.parse(JSON.parse(line));
    if ('failed' in frame) throw failed(install, command, [frame.failed]);
    if ('step' in frame) {
      changed ||= frame.changed;
      install.onStep({ text: frame.step, changed: frame.changed });
    } else {
      lockerdAnswers = frame.lockerd.exit === 0;
      if (!lockerdAnswers) throw silentLockerd(install, frame.lockerd);
    }
  }
  if (ran.code !== 0 || !lockerdAnswers) throw failed(install, `${command} → exit ${ran.code}`, ran.stderr.split('\n').slice(-8));
  install.onStep({ text: 'lockerd answers', changed: false });
  return { changed };
}

function programInput({ config, paths, bundle, scripts, login }: InstallBox): object {
  const lockerctl = join(paths.bin, 'lockerctl');
  const files = [
    { path: paths.bundle, mode: 0o644, text: bundle },
    { path: paths.config, mode: 0o644, text: `${JSON.stringify(config, null, 2)}\n` },
    ...Object.entries(scripts).map(([name, text]) => ({ path: join(paths.bin, name), mode: 0o755, text })),
    ...sudoRule(login.account, lockerctl, paths.sudoers),
  ];
  const command = login.account === 'root' ? `${lockerctl} relay` : `sudo -n ${lockerctl} relay`;
  const folders = [config.root, config.data, dirname(config.socket), dirname(config.log)];
  // What a lockerd that runs already has read: when it differs, that one is to make way. Its pid file: box/paths.ts.
  const running = {
    pidFile: join(config.root, 'state', 'lockerd.pid'),
    bundle: paths.bundle,
    readBy: [paths.bundle, paths.config],
  };
  return { lxcPath: config.lxcPath, folders, files, login: { ...login, command }, lockerctl, running };
}

/** An account without rights may do this one thing as root. */
function sudoRule(account: string, lockerctl: string, path: string): { path: string; mode: number; text: string }[] {
  return account === 'root' ? [] : [{ path, mode: 0o440, text: `${account} ALL=(root) NOPASSWD: ${lockerctl} relay\n` }];
}

const failed = ({ config }: InstallBox, command: string, evidence: readonly string[]): Fault =>
  new Fault('CommandFailed', `The installation on ${config.box} stopped half way; running it again goes on from there.`, {
    evidence: [`$ ${command}`, ...evidence.filter((line) => line.trim() !== '')],
  });

const silentLockerd = ({ config }: InstallBox, said: { exit: number | null; lines: readonly string[] }): Fault =>
  new Fault('LockerdMissing', `Everything is in place on ${config.box}, but lockerd does not answer.`, {
    evidence: [`$ lockerctl status  → exit ${said.exit}`, ...said.lines],
    cure: `Read ${config.log} on the box; then run install-box again.`,
  });
