/** The flags that shape a plan: the same for `start-rollout` and `lockstep plan`. */
import type { Command } from 'commander';
import { Fault } from '../domain/faults';
import { GitRef } from '../domain/model/ids';
import { parsePolicyFlags } from '../domain/model/parse-policy-flags';
import type { PolicyInput } from '../domain/model/policy';
import type { SharedOptions } from './session';

export interface PlanOptions extends SharedOptions {
  readonly ref?: string;
  readonly gate?: string;
  readonly maxDown?: string;
  readonly batches?: string;
}

export interface StartOptions extends PlanOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly supersede?: boolean;
}

/** What is asked for, beside the fleet file. */
export interface Wanted {
  readonly ref: string | null;
  readonly policy: PolicyInput;
}

export function planFlags(command: Command): Command {
  return command
    .option('--ref <ref>', "branch, tag or full commit of the code (default: the fleet file's)")
    .option('--gate <gates>', 'where to ask: none, canary, every, or batch numbers such as 1,3')
    .option('--max-down <n>', 'lockers not serving at once: a count or a percentage such as 10%')
    .option('--batches <sizes>', 'sizes of the batches, such as 1,5,rest');
}

export function sharedFlags(command: Command): Command {
  return command
    .requiredOption('--box <name>', 'the box, as named in the fleet file')
    .option('--fleet <file>', 'the fleet file (default: LOCKSTEP_FLEET, else fleet.yaml)')
    .option('--json', 'one JSON object a line on stdout')
    .allowExcessArguments(false);
}

/** Fault: PolicyInvalid, naming the flag. Checked before anything is read or started. */
export function wantedOf(options: PlanOptions): Wanted {
  const policy = parsePolicyFlags(options);
  if (options.ref === undefined) return { ref: null, policy };
  const ref = GitRef.safeParse(options.ref);
  if (ref.success) return { ref: ref.data, policy };
  throw new Fault('PolicyInvalid', `--ref ${JSON.stringify(options.ref)} can not be used: ${ref.error.issues[0]?.message}.`, {
    cure: 'Give a branch, a tag or a full commit.',
  });
}
