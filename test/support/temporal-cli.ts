/** The `temporal` command that a person would use beside ours, against the server of an installation. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { lockstepHome } from '../../embedded/home';
import { readRecord } from '../../embedded/process-record';
import { serverOf } from '../../embedded/temporal-server';

const exec = promisify(execFile);

export async function embeddedServer(env: NodeJS.ProcessEnv) {
  const record = await readRecord(lockstepHome(env), 'temporal');
  if (record === null) throw new Error('no embedded server was started here');
  return { ...serverOf(record.detail), binary: record.detail['binary'] as string };
}

/** stdout of `temporal ARGS`. */
export async function temporalCli(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const { address, binary } = await embeddedServer(env);
  return (await exec(binary, [...args, '--address', address])).stdout;
}
