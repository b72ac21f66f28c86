/** Something on the host stands in the way: told to whoever asked, with its evidence. */
export class Failed extends Error {
  readonly evidence: readonly string[];

  constructor(sentence: string, evidence: readonly string[] = []) {
    super(sentence);
    this.evidence = evidence;
  }
}
