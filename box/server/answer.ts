/** One request → its result. Everything is checked here, at the door; a fault is the only thing it throws. */
import { Fault } from '../../domain/faults';
import { VERBS } from '../../domain/protocol/verbs';
import type { Verb } from '../../domain/protocol/verbs';
import type { Request } from '../../domain/protocol/frames';
import type { Daemon } from '../daemon';
import { hear } from '../upkeep/hear';
import { LOOKING } from '../verbs/verb-table';
import type { Looking } from '../verbs/verb-table';
import { z } from 'zod';

export async function answer(daemon: Daemon, request: Request, onProgress: (line: string) => void): Promise<unknown> {
  const verb = verbOf(request.verb);
  const parsed = VERBS[verb].params.safeParse(request.params);
  if (!parsed.success) {
    const evidence = z.prettifyError(parsed.error).split('\n').slice(0, 20);
    throw new Fault('BadRequest', `The parameters of ${verb} are not what this version takes.`, { evidence });
  }
  if (!VERBS[verb].changing) return look(daemon, verb as Looking, parsed.data);
  if (!request.change) throw new Fault('BadRequest', `${verb} changes something and needs a token and the lease.`);
  hear(daemon, request.change.token);
  return daemon.jobs.ask({ verb, params: parsed.data, ...request.change }, onProgress);
}

function verbOf(text: string): Verb {
  if (!Object.hasOwn(VERBS, text)) throw new Fault('BadRequest', `This lockerd has no verb ${JSON.stringify(text)}.`);
  return text as Verb;
}

async function look(daemon: Daemon, verb: Looking, params: unknown): Promise<unknown> {
  const run = LOOKING[verb] as (daemon: Daemon, params: unknown) => Promise<unknown>;
  return VERBS[verb].result.parse(await run(daemon, params));
}
