/** A fault for people: the sentence, the evidence indented, and the cure. */
import type { FaultDetails } from '../../domain/faults';
import type { Paint } from './paint';

type Told = Pick<FaultDetails, 'sentence' | 'cure' | 'evidence'>;

export function faultLines({ sentence, cure, evidence }: Told, paint: Paint): string[] {
  const lines = evidence.flatMap((text) => text.split('\n')).map((line) => `    ${paint('dim', line)}`);
  return [`${paint('red', 'error:')} ${sentence}`, ...lines, ...(cure === '' ? [] : [`→ ${cure}`])];
}
