/** `lockstep adjust --box lxc12 [--max-down N] [--max-starting N] [--soak 1m] [--gates none|every|2,3]` */
import { Fault } from '../../domain/faults';
import { Duration } from '../../domain/model/duration';
import type { RolloutStatus } from '../../domain/model/status';
import type { AdjustMessage } from '../../workflows/messages';
import { sendAdjust } from '../operations/send';
import { runningStatusOf } from '../operations/status-of';
import { sendVerb } from '../send-verb';
import type { ActOptions } from '../send-verb';

interface AdjustOptions extends ActOptions {
  readonly maxDown?: string;
  readonly maxStarting?: string;
  readonly soak?: string;
  readonly gates?: string;
}
type Rules = Omit<AdjustMessage, 'actor' | 'reason'>;

export const adjustVerb = sendVerb<AdjustOptions>({
  flags: (command) =>
    command
      .option('--max-down <n>', 'lockers not serving at once, from here on')
      .option('--max-starting <n>', 'lockers starting at once, from here on')
      .option('--soak <duration>', 'after this batch and those to come, such as 1m')
      .option('--gates <gates>', 'of the batches to come: none, every, or after which, such as 2,3'),
  send: async (door, act, options) => {
    const rules = rulesOf(options);
    const typed = options.gates === undefined ? null : typedGates(options.gates);
    if (Object.keys(rules).length === 0 && typed === null) throw unusable('adjust', 'name what is to change');
    const gates = typed === 'every' ? everyGate(await runningStatusOf(door, options.box)) : typed;
    return sendAdjust(door, options.box, { ...act, ...rules, ...(gates !== null && { gates }) });
  },
});

function rulesOf({ maxDown, maxStarting, soak }: AdjustOptions): Rules {
  return {
    ...(maxDown !== undefined && { maxDown: count('--max-down', maxDown) }),
    ...(maxStarting !== undefined && { maxStarting: count('--max-starting', maxStarting) }),
    ...(soak !== undefined && { soakMs: milliseconds(soak) }),
  };
}

function count(flag: string, typed: string): number {
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed);
  throw unusable(flag, 'write a count from 1; a percentage stands in the fleet file');
}

function milliseconds(typed: string): number {
  const parsed = Duration.safeParse(typed);
  if (parsed.success) return parsed.data;
  throw unusable('--soak', 'write a duration such as 30s or 5m');
}

function typedGates(typed: string): 'every' | number[] {
  if (typed === 'none') return [];
  if (typed === 'every') return 'every';
  if (/^\d{1,6}(,\d{1,6})*$/.test(typed)) return typed.split(',').map(Number);
  throw unusable('--gates', 'write none, every, or batch numbers such as 2,3');
}

/** After the batch that runs and each one behind it but the last. */
function everyGate({ batch }: RolloutStatus): number[] {
  const { number = 1, of = 1 } = batch ?? {};
  return Array.from({ length: Math.max(0, of - number) }, (_, index) => number + index);
}

const unusable = (flag: string, rule: string): Fault =>
  new Fault('PolicyInvalid', `${flag} can not be used: ${rule}.`, {
    cure: '`lockstep adjust --help` shows what can be changed.',
  });
