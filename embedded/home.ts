/** Where the embedded server and worker keep their things. `LOCKSTEP_HOME` moves all of it, `LOCKSTEP_BIN` the binaries. */
import { join, resolve } from 'node:path';
import { Fault } from '../domain/faults';
import { makeWritable } from './writable-folder';

export type Home = ReturnType<typeof lockstepHome>;

export function lockstepHome(env: NodeJS.ProcessEnv) {
  const root = resolve(env['LOCKSTEP_HOME'] ?? '.lockstep');
  const bin = resolve(env['LOCKSTEP_BIN'] ?? join(root, 'bin'));
  return {
    root,
    bin,
    /** Workflow code that workers have made, once for each version. */
    bundles: join(bin, 'workflows'),
    log: join(root, 'log'),
    run: join(root, 'run'),
    layout: join(root, 'layout.json'),
    database: join(root, 'temporal.db'),
    lock: join(root, 'run', 'start.lock'),
    record: (name: string) => join(root, 'run', `${name}.json`),
    logFile: (name: string) => join(root, 'log', `${name}.log`),
  };
}

/** Binaries may come from a place that is read only; the rest must be writable. Faults: HomeUnusable. */
export async function makeHome({ root, log, run }: Home): Promise<void> {
  for (const folder of [root, log, run]) {
    const why = await makeWritable(folder);
    if (why === null) continue;
    throw new Fault('HomeUnusable', `Nothing can be written to ${root}, where server and worker keep their things.`, {
      evidence: [why],
    });
  }
}
