/** A command of the sandbox that has to succeed: its stdout, or a Fault with its evidence. */
import { evidenceOf, run } from '../box/run';
import type { RunOptions } from '../box/run';
import { Fault } from '../domain/faults';

/** Everything that the sandbox runs is local and quick; slower means stuck. */
const TIMEOUT_MS = 30_000;

export async function runOrFault(argv: readonly string[], options: Partial<RunOptions> = {}): Promise<string> {
  const ran = await run(argv, { timeoutMs: TIMEOUT_MS, ...options });
  if (ran.code === 0) return ran.stdout;
  throw new Fault('CommandFailed', `The sandbox could not be made: ${argv[0]} failed.`, {
    evidence: evidenceOf(ran),
    cure: 'Run `npm run sandbox -- down`, then `up` again; it starts from nothing then.',
  });
}
