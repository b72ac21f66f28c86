/** Changes for people, before they are made. Pure. */
import type { Change } from '../../box-install/wanted';
import type { Paint } from '../render/paint';

const COLOURS = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

export function changeLines(changes: readonly Change[], paint: Paint): string[] {
  return changes.flatMap(({ sign, text, lines }) => [
    `${paint(COLOURS[sign], sign)} ${text}`,
    ...lines.map((line) => `      ${paint('dim', line)}`),
  ]);
}
