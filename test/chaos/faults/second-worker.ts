/** Another worker on the same task queues, as a second machine would run it; not in the records of the home. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { RolloutWorld } from '../world';

const ROOT = join(__dirname, '../../..');
const UP_WITHIN_MS = 90_000;

/** Its pid; ended with the world. */
export async function startSecondWorker(world: RolloutWorld): Promise<number> {
  const { env, sandbox } = world.installation;
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'workers/main.ts')], {
    cwd: ROOT,
    env: { ...process.env, ...env, TEMPORAL_ADDRESS: await world.temporalAddress(), LOCKSTEP_FLEET: sandbox.fleetFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  world.onClose(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`the second worker did not come up\n${said}`)), UP_WITHIN_MS);
    child.once('exit', () => reject(new Error(`the second worker ended\n${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-4_000);
        if (!said.includes('worker ready')) return;
        clearTimeout(late);
        resolve();
      });
    }
  });
  return child.pid ?? 0;
}
