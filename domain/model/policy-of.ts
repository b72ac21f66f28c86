/** Who may overrule whom: the fleet's policy, then the service's, then the box's, then the flags of this start. */
import type { Fleet } from './fleet';
import { keepGates } from './keep-gates';
import { mergePolicy } from './merge-policy';
import { approverNames } from './people';
import type { Policy, PolicyInput } from './policy';
import { boxOf } from './service-of';

/** Fault: PolicyInvalid, for flags that would take away a gate at which the file says who approves. */
export function policyOf(fleet: Fleet, box: string, flags: PolicyInput): Policy {
  const { service, policy } = boxOf(fleet, box);
  const written = [fleet.policy, fleet.services[service]?.policy ?? {}, policy];
  keepGates(withPeople(fleet, mergePolicy(written)), flags);
  return withPeople(fleet, mergePolicy([...written, ofTheStarter(flags)]));
}

/** From here on a role is its people: the digest, and with it every approval, covers who may give one. */
function withPeople({ people, identity }: Fleet, merged: Policy): Policy {
  const { approvers = null } = merged;
  return {
    ...merged,
    approvers: approvers === null ? null : approverNames(people, approvers),
    ...(identity.required && { identity: 'proven' }),
  };
}

/** Who approves, and how he is known, is not for the one who starts it to say. */
function ofTheStarter(flags: PolicyInput): PolicyInput {
  const { approvers: _approvers, fourEyes: _fourEyes, identity: _identity, ...others } = flags;
  return others;
}
