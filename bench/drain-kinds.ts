/** How long lockers have work in flight: what the sample service's values say of its jobs. */
export interface DrainKind {
  readonly name: string;
  readonly values: { readonly jobEveryMs: number; readonly jobMedianMs: number; readonly jobSigma: number };
}

/** A drain waits for the longest of the jobs that run just then; the service ends none before 20 s. */
export const DRAIN_KINDS: readonly DrainKind[] = [
  { name: 'constant', values: { jobEveryMs: 500, jobMedianMs: 2_000, jobSigma: 0 } },
  { name: 'lognormal', values: { jobEveryMs: 1_000, jobMedianMs: 1_500, jobSigma: 0.6 } },
  { name: 'heavy-tailed', values: { jobEveryMs: 2_000, jobMedianMs: 400, jobSigma: 1.3 } },
];
