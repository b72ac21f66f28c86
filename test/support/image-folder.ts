/** A folder with exactly what the worker image has: the Dockerfile's COPY and RUN lines, carried out here. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './compose-file';
import { dockerfile } from './dockerfile';

const exec = promisify(execFile);

export async function makeImageFolder(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const { copies, runs } = dockerfile();
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-image-'));
  for (const { from, to } of copies) {
    for (const source of from) {
      const target = to === './' ? join(folder, source) : join(folder, to);
      await cp(join(ROOT, source), target, { recursive: true });
    }
  }
  // The first command of each line; what follows clears the image, not this machine. Packages are the machine's own.
  for (const line of runs.filter((text) => !text.startsWith('apt-get '))) {
    const [command, ...args] = (line.split('&&')[0] as string).trim().split(' ');
    await exec(command as string, args, { cwd: folder, maxBuffer: 2 ** 26 });
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
