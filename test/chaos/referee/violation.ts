/** What the referee found broken: an invariant of the product by its number, in one sentence, with what shows it. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I7' | 'I8' | 'I9';

export interface Violation {
  readonly invariant: Invariant;
  readonly sentence: string;
  readonly evidence: readonly string[];
  /** What was broken stays broken; what is left behind or owed may yet be put right. */
  readonly mayPass: boolean;
}

/** Of a judge of one invariant. */
export const violationOf =
  (invariant: Invariant, { mayPass = false } = {}) =>
  (sentence: string, ...evidence: readonly string[]): Violation => ({ invariant, sentence, evidence, mayPass });

/** For people. */
export const violationLines = (violations: readonly Violation[]): string[] =>
  violations.flatMap(({ invariant, sentence, evidence }) => [
    `${invariant}: ${sentence}`,
    ...evidence.map((line) => `  ${line}`),
  ]);
