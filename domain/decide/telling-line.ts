/** The line that names the trouble; a stack trace ends with lines that don't. */
export function tellingLine(evidence: readonly string[]): string {
  const telling = evidence.findLast((line) => /error|fail|crash|refus|denied|no space/i.test(line) && !/^\s*at /.test(line));
  const line = telling ?? evidence.at(-1);
  return line === undefined ? '' : `: ${line.trim()}`;
}
