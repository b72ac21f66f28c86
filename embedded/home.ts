/** Where the embedded server and worker keep their things. `LOCKSTEP_HOME` moves all of it, `LOCKSTEP_BIN` the binaries. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

export type Home = ReturnType<typeof lockstepHome>;

export function lockstepHome(env: NodeJS.ProcessEnv) {
  const root = resolve(env['LOCKSTEP_HOME'] ?? '.lockstep');
  return {
    root,
    bin: resolve(env['LOCKSTEP_BIN'] ?? join(root, 'bin')),
    log: join(root, 'log'),
    run: join(root, 'run'),
    database: join(root, 'temporal.db'),
    lock: join(root, 'run', 'start.lock'),
    record: (name: string) => join(root, 'run', `${name}.json`),
    logFile: (name: string) => join(root, 'log', `${name}.log`),
  };
}

export async function makeHome(home: Home): Promise<void> {
  for (const folder of [home.bin, home.log, home.run]) await mkdir(folder, { recursive: true });
}
