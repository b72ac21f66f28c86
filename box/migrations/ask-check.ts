/** The migration's own word on whether it is done. */
import type { BoxContext } from '../context';
import { evidenceOf, run } from '../run';
import { checkMounted } from './check-mounted';
import { commandOf } from './command-of';
import type { Checked } from './decide-next';
import type { Subject } from './subject';

/** Throws MeNotMounted. */
export async function askCheck(box: BoxContext, subject: Subject): Promise<Checked> {
  await checkMounted(box, subject.locker);
  const { argv, cwd, env, owner, timeoutMs } = await commandOf(box, subject, 'check', null);
  const ran = await run(argv, { cwd, env, timeoutMs, ...owner });
  if (ran.code === 0) return { kind: 'done' };
  const evidence = evidenceOf(ran);
  return ran.code === 1 ? { kind: 'not-done', evidence } : { kind: 'undecided', evidence };
}
