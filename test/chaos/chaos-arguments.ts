/** The words of `npm run chaos --`: what they ask for, or what was wrong with them. */
import { parseArgs } from 'node:util';
import { BOUNDARIES } from './boundaries';
import type { FaultKind } from './contract';
import { drawAt, drawEveryBoundary, drawRun } from './draw-run';
import { ALL_FAULTS } from './faults/all-faults';
import type { Redraw } from './run-all';

const OPTIONS = {
  seeds: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  fault: { type: 'string' },
  at: { type: 'string' },
  parallel: { type: 'string', default: '1' },
  keep: { type: 'boolean', default: false },
  json: { type: 'string' },
} as const;

export interface ChaosArguments {
  readonly draws: readonly Redraw[];
  readonly lanes: number;
  readonly keep: boolean;
  readonly json: string | null;
}

export function readChaosArguments(argv: readonly string[]): ChaosArguments {
  const { values } = parseArgs({ args: [...argv], options: OPTIONS });
  return { draws: drawsOf(values), lanes: wholeNumber(values.parallel), keep: values.keep, json: values.json ?? null };
}

interface Wanted {
  readonly seed: string;
  readonly seeds: string;
  readonly fault?: string | undefined;
  readonly at?: string | undefined;
}

function drawsOf({ seed, seeds, fault, at }: Wanted): Redraw[] {
  const faults = faultsNamed(fault);
  const first = wholeNumber(seed);
  if (at === 'every') return drawEveryBoundary(faults).map((draw) => () => draw);
  const numbers = Array.from({ length: wholeNumber(seeds) }, (_, index) => first + index);
  if (at === undefined) return numbers.map((number) => (attempt) => drawRun(number, faults, attempt));
  const boundary = BOUNDARIES.find(({ name }) => name === at);
  if (!boundary) throw new Error(`no boundary ${at}; there are: ${BOUNDARIES.map(({ name }) => name).join(', ')}`);
  return numbers.map((number) => () => drawAt(boundary, number, drawRun(number, faults, 0).fault));
}

function faultsNamed(name: string | undefined): readonly FaultKind[] {
  if (name === undefined) return ALL_FAULTS;
  const found = ALL_FAULTS.filter((fault) => fault.name === name);
  if (found.length === 0) throw new Error(`no fault ${name}; there are: ${ALL_FAULTS.map((fault) => fault.name).join(', ')}`);
  return found;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${JSON.stringify(text)} is not a whole number from 1`);
  return number;
}
