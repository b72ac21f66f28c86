/** Findings for people: one line each, with its evidence and its cure below where something is to be done. Pure. */
import type { Colour, Paint } from '../render/paint';
import type { Finding } from './finding';

const LOOKS: Readonly<Record<Finding['state'], readonly [word: string, colour: Colour]>> = {
  ok: ['ok  ', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
  skip: ['-   ', 'dim'],
};

export function findingLines(findings: readonly Finding[], paint: Paint): string[] {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  return findings.flatMap(({ check, state, seen, cure }) => {
    const [word, colour] = LOOKS[state];
    const [first = '', ...rest] = seen.split('\n');
    const indent = ' '.repeat(width + 8);
    return [
      `${paint(colour, word)}  ${check.padEnd(width)}  ${first}`,
      ...rest.map((line) => `${indent}${paint('dim', line)}`),
      ...(cure === '' ? [] : [`${indent}→ ${cure}`]),
    ];
  });
}

export function findingCounts(findings: readonly Finding[]): string {
  const count = (state: Finding['state']) => findings.filter((finding) => finding.state === state).length;
  const parts = [`${count('ok')} ok`, `${count('warn')} to look at`, `${count('fail')} failed`];
  return [...parts, ...(count('skip') > 0 ? [`${count('skip')} not looked at`] : [])].join(', ');
}
