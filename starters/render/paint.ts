/** Colours, where there is a terminal that wants them (https://no-color.org). */
import type { Out } from '../io';
import { CODES } from './colour-codes';

export type Colour = keyof typeof CODES;
export type Paint = (colour: Colour, text: string) => string;

export const noPaint: Paint = (_, text) => text;
const ansiPaint: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

export function wantsColour(out: Out, env: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

export function paintFor(out: Out, env: NodeJS.ProcessEnv): Paint {
  return wantsColour(out, env) ? ansiPaint : noPaint;
}
