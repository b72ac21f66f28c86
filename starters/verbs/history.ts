/** `lockstep history --box lxc12 [--limit 20]` */
import { InvalidArgumentError } from 'commander';
import { hasEnvironment } from '../../embedded/ensure-environment';
import { EXIT } from '../exit-codes';
import { printLines, printObject } from '../io';
import { history } from '../operations/history';
import { sharedFlags } from '../plan-flags';
import { historyLines } from '../render/history-lines';
import type { SharedOptions } from '../session';
import { sessionVerb } from '../verb';

interface HistoryOptions extends SharedOptions {
  readonly limit: number;
}

export const historyVerb = sessionVerb<HistoryOptions>({
  flags: (command) => sharedFlags(command).option('--limit <n>', 'at most so many, newest first', count, 20),
  run: async (session, { limit }) => {
    const { io, box } = session;
    const past = hasEnvironment(io.env) ? await history(await session.open('any'), box, limit) : [];
    if (session.json) for (const one of past) printObject(io, { kind: 'rollout', box, ...one });
    else printLines(io.stdout, historyLines(box, past));
    return EXIT.done;
  },
});

function count(typed: string): number {
  if (/^[1-9]\d{0,2}$/.test(typed)) return Number(typed);
  throw new InvalidArgumentError('write a count from 1 to 999.');
}
