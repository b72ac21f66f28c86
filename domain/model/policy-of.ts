/** Who may overrule whom: the fleet's policy, then the service's, then the box's, then the flags of this start. */
import type { Fleet } from './fleet';
import { mergePolicy } from './merge-policy';
import { approverNames } from './people';
import type { Policy, PolicyInput } from './policy';
import { boxOf } from './service-of';

export function policyOf(fleet: Fleet, box: string, flags: PolicyInput): Policy {
  const { service, policy } = boxOf(fleet, box);
  const merged = mergePolicy([fleet.policy, fleet.services[service]?.policy ?? {}, policy, ofTheStarter(flags)]);
  const { approvers = null } = merged;
  return {
    ...merged,
    // From here on a role is its people: the digest, and with it every approval, covers who may give one.
    approvers: approvers === null ? null : approverNames(fleet.people, approvers),
    ...(fleet.identity.required && { identity: 'proven' }),
  };
}

/** Who approves, and how he is known, is not for the one who starts it to say. */
function ofTheStarter(flags: PolicyInput): PolicyInput {
  const { approvers: _approvers, fourEyes: _fourEyes, identity: _identity, ...others } = flags;
  return others;
}
