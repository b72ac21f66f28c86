/** Which logs there are, by the names that people use for what wrote them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../domain/faults';
import { openSandbox } from '../sandbox/find-box';
import { boxLayout } from '../sandbox/sandbox-layout';
import { lockstepHome } from './home';
import { checkLayout } from './home-layout';
import { sandboxesOf } from './sandbox-box';

export const LOG_NAMES = ['server', 'worker', 'sandbox'] as const;
export type LogName = (typeof LOG_NAMES)[number];

export interface LogFile {
  /** `server`, `worker`; of a box `sandbox NAME` (its SSH server) and `lockerd NAME`. */
  readonly name: string;
  readonly file: string;
}

/** Those that exist. null: of everything. Faults: HomeUnusable. */
export async function logFiles(env: NodeJS.ProcessEnv, only: LogName | null): Promise<LogFile[]> {
  const home = lockstepHome(env);
  await checkLayout(home);
  const files = [
    { kind: 'server', name: 'server', file: home.logFile('temporal') },
    { kind: 'worker', name: 'worker', file: home.logFile('worker') },
    ...(await Promise.all((await sandboxesOf(home)).map(sandboxLogs))).flat(),
  ];
  return files.filter(({ kind, file }) => (only === null || kind === only) && existsSync(file));
}

async function sandboxLogs(dir: string) {
  const boxes = await openSandbox(dir).then(
    ({ state }) => state.boxes,
    (error: unknown) => {
      if (error instanceof Fault) return [];
      throw error;
    },
  );
  return boxes.flatMap(({ name, folder }) => {
    const { sshdLog, log } = boxLayout(folder);
    return [
      { kind: 'sandbox', name: `sandbox ${name}`, file: sshdLog },
      { kind: 'sandbox', name: `lockerd ${name}`, file: join(log, 'lockerd.log') },
    ];
  });
}
