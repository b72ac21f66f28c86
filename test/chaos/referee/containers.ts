/** What LXC and /proc say of a box's lockers. Asked in the box's network only: whatever became of its sshd. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseInfo, parseStartTime } from '../../../box/lxc/parse';
import { run } from '../../../box/run';
import { pidsIn, wordsOf } from '../../../sandbox/box-processes';
import { netnsFile } from '../../../sandbox/make-network';
import type { Sandbox } from '../../support/sandbox';
import type { Container } from './evidence';

const ANSWER_MS = 20_000;

export async function seeContainer(sandbox: Sandbox, locker: string): Promise<Container> {
  const info = ['lxc-info', '-P', sandbox.boxConfig.lxcPath, '-n', locker, '-s', '-p', '-H'];
  const ran = await run(['nsenter', `--net=${netnsFile(sandbox.netns)}`, '--', ...info], { timeoutMs: ANSWER_MS });
  const { state, pid } = parseInfo(ran.stdout);
  if (state !== 'running' && state !== 'frozen')
    return { state: state === 'stopped' ? state : 'other', startTime: null, missing: [] };
  const startTime = pid === null ? null : parseStartTime(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  const missing = pid === null ? [] : await mountsMissing(pid);
  // One that ended meanwhile has no root that could be looked into.
  const ended = (await stat(`/proc/${pid}/root/code`).catch(() => null)) === null;
  return { state, startTime, missing: ended ? [] : missing };
}

/** A folder that was removed under a running locker is empty, and still mounted. */
async function mountsMissing(pid: number): Promise<string[]> {
  const looks = [
    { mount: 'code', has: 'BUILD' },
    { mount: 'Config', has: 'config.json' },
  ];
  const seen = await Promise.all(looks.map(({ mount }) => namesIn(join(`/proc/${pid}/root`, mount))));
  return looks.flatMap(({ mount, has }, index) => (seen[index]?.includes(has) ? [] : [`/${mount} of init ${pid} has no ${has}`]));
}

export async function lockerdPids(sandbox: Sandbox): Promise<number[]> {
  const { bundle } = sandbox.boxLayout;
  const pids = await pidsIn(sandbox.netns);
  const words = await Promise.all(pids.map(wordsOf));
  return pids.filter((_, index) => {
    const [, script, ...rest] = words[index] ?? [];
    return script === bundle && rest.includes('lockerd');
  });
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
