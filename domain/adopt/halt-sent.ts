/** The signal that ends an init once it is adopted, by its name; null: none does. Pure. */
import { haltSignal, sentUnset, signalName } from './halt-signal';
import type { HaltFacts } from './halt-signal';

export function haltSent(facts: HaltFacts): string | null {
  const halt = haltSignal(facts);
  if (halt.kind === 'none') return null;
  return halt.kind === 'set' ? halt.signal : (facts.set ?? signalName(sentUnset(facts.ends)));
}
