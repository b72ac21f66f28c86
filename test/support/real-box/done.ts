/** A command that has to succeed: its stdout, or its evidence thrown. */
import { evidenceOf, run } from '../../../box/run';

export async function done(argv: readonly string[], timeoutMs = 120_000): Promise<string> {
  const ran = await run(argv, { timeoutMs });
  if (ran.code === 0) return ran.stdout;
  throw new Error(evidenceOf(ran).join('\n'));
}
