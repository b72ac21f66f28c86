/** Who may overrule whom: the fleet's policy, then the service's, then the box's, then the flags of this start. */
import type { Fleet } from './fleet';
import { mergePolicy } from './merge-policy';
import type { Policy, PolicyInput } from './policy';
import { boxOf } from './service-of';

export function policyOf(fleet: Fleet, box: string, flags: PolicyInput): Policy {
  const { service, policy } = boxOf(fleet, box);
  return mergePolicy([fleet.policy, fleet.services[service]?.policy ?? {}, policy, flags]);
}
