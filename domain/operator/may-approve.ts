/**
 * Who may answer at a gate, by the plan's policy. Pure. An actor is `user@host` as the message claims
 * it; a name without a host means that user on any host.
 */
import type { Policy } from '../model/policy';

interface Answering {
  readonly actor: string;
  /** Who started the rollout; null: not known. */
  readonly starter: string | null;
}

/** null: he may. Else why not, and who may. */
export function mayApprove({ approvers = null, fourEyes = false }: Policy, { actor, starter }: Answering): string | null {
  if (approvers !== null && !approvers.some((name) => isPerson(name, actor))) {
    return `${actor} is not among those who may approve here: ${approvers.join(', ')}.`;
  }
  if (!fourEyes) return null;
  if (starter === null) return 'nobody knows who started it, and the starter may not approve (four eyes).';
  return userOf(starter) === userOf(actor) ? `${actor} started it; somebody else has to approve (four eyes).` : null;
}

const userOf = (actor: string): string => actor.split('@')[0] ?? actor;

/** Whether a name as people write it means that actor. */
export const isPerson = (name: string, actor: string): boolean => (name.includes('@') ? name === actor : name === userOf(actor));
