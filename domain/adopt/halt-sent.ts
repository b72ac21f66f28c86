/** The signal that ends an init once it is adopted, by its name; null: none does. Pure. */
import { haltSignal } from './halt-signal';
import type { HaltFacts } from './halt-signal';

const RT_HALT = 37;

export function haltSent(facts: HaltFacts): string | null {
  const halt = haltSignal(facts);
  if (halt.kind === 'none') return null;
  if (halt.kind === 'set') return halt.signal;
  // As LXC itself chooses where nothing is set.
  return facts.set ?? (facts.ends?.includes(RT_HALT) ? 'SIGRTMIN+3' : 'SIGPWR');
}
