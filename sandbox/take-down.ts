/** `sandbox down`: ends exactly what state.json says was made, then removes the folder. */
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { withLock } from '../embedded/with-lock';
import { Fault } from '../domain/faults';
import { endBox } from './end-box';
import { sandboxLayout } from './sandbox-layout';
import { readState } from './sandbox-state';

const LOCK_WITHIN_MS = 120_000;
/** All that `up` may have put there before it wrote its state. */
const OURS = new Set(['boxes', 'repos', 'up.lock', 'ssh_config', 'ssh_config.json', 'known_hosts', 'fleet.yaml']);

export interface DownWish {
  readonly dir: string;
  readonly progress: (line: string) => void;
}

/** False: there was nothing. */
export async function takeDown({ dir, progress }: DownWish): Promise<boolean> {
  if (!existsSync(dir)) return false;
  const layout = sandboxLayout(await realpath(dir));
  await mkdir(layout.dir, { recursive: true });
  const onWait = (pid: number) => progress(`another \`sandbox\` command is at work (process ${pid}); waiting for it`);
  return withLock(layout.lock, { deadlineMs: LOCK_WITHIN_MS, onWait }, async () => {
    const state = await readState(layout);
    if (state === null) await checkOurs(layout.dir);
    for (const box of state?.boxes ?? []) {
      progress(`ending box ${box.name} with ${box.lockers.length} lockers`);
      await endBox(box, state?.tag ?? '');
    }
    await rm(layout.dir, { recursive: true, force: true });
    return state !== null;
  });
}

/** `--dir` may name anything: what has no state and is not a half-made sandbox is not ours to remove. */
async function checkOurs(dir: string): Promise<void> {
  const strange = (await readdir(dir)).filter(
    (name) => !OURS.has(name) && !name.startsWith('up.lock') && !name.startsWith('state.json'),
  );
  if (strange.length === 0) return;
  throw new Fault(
    'SandboxUnavailable',
    `${dir} is not a sandbox: it has no state.json and holds ${strange.slice(0, 3).join(', ')}.`,
    {
      cure: 'Name the folder that `up` was given with --dir.',
    },
  );
}
