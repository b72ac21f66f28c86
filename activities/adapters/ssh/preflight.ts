/** May this host become a box? Asks for what Lockstep needs there, before anything is written. */

import { Fault } from '../../../domain/faults';
import type { RanRemote } from './run-remote';
import type { Connection } from './connection';
import { runRemote } from './run-remote';

/** A constant: nothing of ours is put into it. */
const SCRIPT = `echo lockstep-preflight
echo "uid=$(id -u)"
echo "node=$(node --version 2>/dev/null)"
echo "lxc=$(lxc-start --version 2>/dev/null)"
echo "git=$(git --version 2>/dev/null)"
echo "sudo=$(sudo -n id -u 2>/dev/null)"
`;
const OLDEST_NODE = 18;
const TIMEOUT_MS = 30_000;

export async function checkBox(connection: Connection, box: string): Promise<{ sudo: boolean; summary: string }> {
  const ran = await runRemote(connection, { command: 'sh -s', stdin: SCRIPT, timeoutMs: TIMEOUT_MS });
  const seen = valuesOf(ran, box);
  const node = seen('node');
  const major = Number(/^v(\d+)/.exec(node)?.[1] ?? 0);
  if (major < OLDEST_NODE) {
    throw unfit(
      box,
      node === '' ? `has no Node (${OLDEST_NODE} or newer is needed)` : `has Node ${node}, ${OLDEST_NODE} or newer is needed`,
    );
  }
  if (seen('lxc') === '') throw new Fault('LxcMissing', `${box} has no LXC: lxc-start is not on the PATH of the login.`);
  if (seen('git') === '') throw unfit(box, 'has no git');
  const isRoot = seen('uid') === '0';
  if (!isRoot && seen('sudo') !== '0')
    throw unfit(box, `lets this login (uid ${seen('uid')}) become root neither directly nor by sudo -n`);
  return { sudo: !isRoot, summary: `Node ${node}, LXC ${seen('lxc')}, ${seen('git')}` };
}

function valuesOf(ran: RanRemote, box: string): (name: string) => string {
  const lines = ran.stdout.split('\n');
  if (lines.includes('lockstep-preflight')) {
    return (name) =>
      lines
        .find((line) => line.startsWith(`${name}=`))
        ?.slice(name.length + 1)
        .trim() ?? '';
  }
  throw new Fault('LoginRefused', `The login on ${box} gives no shell.`, {
    evidence: [
      `$ sh -s  → exit ${ran.code}`,
      ...`${ran.stdout}\n${ran.stderr}`
        .split('\n')
        .filter((line) => line !== '')
        .slice(-5),
    ],
    cure: 'install-box needs an admin login: --as USER@HOST and --identity FILE (the key of the rollouts is tied to the relay).',
  });
}

const unfit = (box: string, what: string): Fault => new Fault('BoxUnfit', `${box} ${what}.`);
