/** The flags that shape a plan: the same for `start-rollout` and `lockstep plan`. */
import type { Command } from 'commander';
import { Fault } from '../domain/faults';
import { GitRef, LockerName } from '../domain/model/ids';
import { parsePolicyFlags } from '../domain/model/parse-policy-flags';
import type { PolicyInput } from '../domain/model/policy';
import type { Force } from '../domain/plan/direction';
import { actor } from './operations/actor';
import type { SharedOptions } from './session';

export interface PlanOptions extends SharedOptions {
  readonly ref?: string;
  readonly gate?: string;
  readonly maxDown?: string;
  readonly batches?: string;
  readonly rehearsal?: string;
  readonly except?: string;
  readonly ignoreWindows?: string;
  readonly overrideFreeze?: string;
  readonly forceSame?: boolean;
  readonly allowDowngrade?: boolean;
}

export interface StartOptions extends PlanOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly reason?: string;
  readonly supersede?: boolean;
}

/** What is asked for, beside the fleet file. */
export interface Wanted {
  readonly ref: string | null;
  readonly policy: PolicyInput;
  readonly except?: readonly string[];
  readonly overrides?: readonly string[];
  readonly force?: Force;
}

export function planFlags(command: Command): Command {
  return command
    .option('--ref <ref>', "branch, tag or full commit of the code (default: the fleet file's)")
    .option('--gate <gates>', 'where to ask: none, canary, every, or batch numbers such as 1,3')
    .option('--max-down <n>', 'lockers not serving at once: a count or a percentage such as 10%')
    .option('--batches <sizes>', 'sizes of the batches, such as 1,5,rest')
    .option('--rehearsal <when>', 'try the release on a throwaway locker first: auto, required or off')
    .option('--except <lockers>', 'leave these as they are, such as alice,bob')
    .option('--ignore-windows <why>', 'begin outside of the maintenance windows too; recorded')
    .option('--override-freeze <why>', "start in spite of the fleet file's freeze; recorded")
    .option('--force-same', 'lockers that run the release already: stop and start them once more')
    .option('--allow-downgrade', 'also to a release that is older than what lockers run; recorded');
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
  const { ignoreWindows, overrideFreeze } = options;
  const policy = {
    ...parsePolicyFlags(options),
    ...(ignoreWindows !== undefined && { windows: [] }),
    ...(overrideFreeze !== undefined && { freeze: null }),
  };
  const more = { ...exceptOf(options), ...overridesOf(options), ...forceOf(options) };
  if (options.ref === undefined) return { ref: null, policy, ...more };
  const ref = GitRef.safeParse(options.ref);
  if (ref.success) return { ref: ref.data, policy, ...more };
  throw new Fault('PolicyInvalid', `--ref ${JSON.stringify(options.ref)} can not be used: ${ref.error.issues[0]?.message}.`, {
    cure: 'Give a branch, a tag or a full commit.',
  });
}

function exceptOf({ except }: PlanOptions): Pick<Wanted, 'except'> {
  if (except === undefined) return {};
  const names = except.split(',').map((name) => name.trim());
  if (names.every((name) => LockerName.safeParse(name).success)) return { except: names };
  throw new Fault('PolicyInvalid', `--except ${JSON.stringify(except)} can not be used.`, {
    cure: 'Give names such as alice,bob.',
  });
}

function forceOf({ forceSame = false, allowDowngrade = false }: PlanOptions): Pick<Wanted, 'force'> {
  return forceSame || allowDowngrade ? { force: { same: forceSame, down: allowDowngrade } } : {};
}

function overridesOf({ ignoreWindows, overrideFreeze }: PlanOptions): Pick<Wanted, 'overrides'> {
  const said = Object.entries({ 'the windows': ignoreWindows, 'the freeze': overrideFreeze });
  const blank = said.find(([, why]) => why?.trim() === '');
  if (blank)
    throw new Fault('PolicyInvalid', `Overriding ${blank[0]} needs a reason.`, { cure: 'Write why, in quotes; it is recorded.' });
  const overrides = said.flatMap(([what, why]) => (why === undefined ? [] : [`${actor()} overrode ${what}: ${why.trim()}`]));
  return overrides.length === 0 ? {} : { overrides };
}
