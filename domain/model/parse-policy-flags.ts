/** The command line's policy: words as typed → `PolicyInput`, by the same schema as fleet.yaml. */
import { Fault } from '../faults';
import { PolicyInput } from './policy';
import type { PolicyInput as Parsed } from './policy';
import { schemaProblems } from './schema-problems';

/** As typed; absent or undefined: not given. */
export interface PolicyFlags {
  /** `3` or `10%`. */
  readonly maxDown?: string | undefined;
  /** `1,5,rest` or `10%`. */
  readonly batches?: string | undefined;
  /** `none`, `canary`, `every` or `1,3`. */
  readonly gate?: string | undefined;
  /** `auto`, `required` or `off`. */
  readonly rehearsal?: string | undefined;
}

const FLAGS = {
  maxDown: { flag: '--max-down', key: 'maxDown', read: number, cure: 'Give a count from 1, or a percentage such as 10%.' },
  batches: { flag: '--batches', key: 'batches', read: list, cure: 'Give sizes such as 1,5,rest or 10%.' },
  gate: { flag: '--gate', key: 'gates', read: gates, cure: 'Give none, canary, every, or batch numbers such as 1,3.' },
  rehearsal: {
    flag: '--rehearsal',
    key: 'rehearsal',
    read: (typed: string) => typed.trim(),
    cure: 'Give auto, required or off.',
  },
} as const;

/** Fault: PolicyInvalid, naming the flag; the command line was wrong and nothing was begun. */
export function parsePolicyFlags(flags: PolicyFlags): Parsed {
  return Object.entries(FLAGS).reduce<Parsed>((policy, [name, { flag, key, read, cure }]) => {
    const typed = flags[name as keyof PolicyFlags];
    if (typed === undefined) return policy;
    const input = { [key]: read(typed) };
    const parsed = PolicyInput.safeParse(input);
    if (parsed.success) return { ...policy, ...parsed.data };
    const evidence = schemaProblems(PolicyInput, input, parsed.error.issues).map(({ sentence }) => `${flag}: ${sentence}`);
    throw new Fault('PolicyInvalid', `${flag} ${JSON.stringify(typed)} can not be used: ${evidence.join('; ')}.`, {
      evidence,
      cure,
    });
  }, {});
}

function number(typed: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(typed.trim()) ? Number(typed) : typed.trim();
}

function list(typed: string): (number | string)[] {
  return typed.split(',').map(number);
}

/** A word stands for itself; anything with a digit is a list of batches. */
function gates(typed: string): string | (number | string)[] {
  return /\d/.test(typed) ? list(typed) : typed.trim();
}
