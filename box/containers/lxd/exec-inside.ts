/** A command inside an instance, without the client program: its output is recorded by the daemon and taken from there. */
import type { LockerName } from '../../../domain/model/ids';
import type { Ran } from '../../run';
import { askRaw, awaited } from './ask';
import type { LxdDaemon, Operation } from './ask';
import { pathOf } from './instance';

export interface Inside {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
}

export async function execInside(daemon: LxdDaemon, name: LockerName, { argv, timeoutMs }: Inside): Promise<Ran> {
  const began = performance.now();
  const body = { command: argv, 'record-output': true, 'wait-for-websocket': false, interactive: false };
  const question = { method: 'POST', path: `${pathOf(name)}/exec?project=default`, body } as const;
  const ran = (code: number | null, stdout: string, stderr: string): Ran => ({
    argv,
    code,
    stdout,
    stderr,
    timedOut: false,
    tookMs: performance.now() - began,
    startError: null,
  });
  let ended: Operation | null;
  try {
    ended = await awaited(daemon, question, timeoutMs);
  } catch (error) {
    return ran(null, '', (error as Error).message);
  }
  if (ended === null) return { ...ran(null, '', `no end within ${timeoutMs / 1000} s`), timedOut: true };
  const [stdout, stderr] = await takeOutput(daemon, ended);
  const code = ended.metadata?.['return'];
  return ran(typeof code === 'number' ? code : null, stdout, stderr === '' ? ended.err : stderr);
}

/** Files that the daemon keeps until somebody takes them away. */
async function takeOutput(daemon: LxdDaemon, { metadata }: Operation): Promise<[string, string]> {
  const output = (metadata?.['output'] ?? {}) as Readonly<Record<string, string>>;
  const take = async (path: string | undefined) => {
    if (path === undefined) return '';
    const below = `${path.replace(/^\/1\.0/, '')}?project=default`;
    const { status, text } = await askRaw(daemon, { method: 'GET', path: below });
    await askRaw(daemon, { method: 'DELETE', path: below });
    return status === 200 ? text : '';
  };
  return [await take(output['1']), await take(output['2'])];
}
