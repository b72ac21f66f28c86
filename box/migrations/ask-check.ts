/** The migration's own word on whether it is done. */
import type { BoxContext } from '../context';
import { evidenceOf, run } from '../run';
import { commandOf } from './command-of';
import type { Checked } from './decide-next';
import type { Subject } from './subject';

export async function askCheck(box: BoxContext, subject: Subject): Promise<Checked> {
  const { argv, cwd, env, owner, timeoutMs } = await commandOf(box, subject, 'check', null);
  const ran = await run(argv, { cwd, env, timeoutMs, ...owner });
  if (ran.code === 0) return { kind: 'done' };
  const evidence = evidenceOf(ran);
  return ran.code === 1 ? { kind: 'not-done', evidence } : { kind: 'undecided', evidence };
}
