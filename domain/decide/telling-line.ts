const TROUBLE = /error|fail|crash|refus|denied|no space|requires? |not found|cannot|can't|unable|unsupported/i;

/** An init says that a service ended; why, the service has said itself. */
const OF_INIT = /\bsystemd\[1\]: |^\S+\.(?:service|scope): /;

/** The line that names the trouble; a stack trace ends with lines that don't. */
export function tellingLine(evidence: readonly string[]): string {
  const own = evidence.filter((line) => !OF_INIT.test(line));
  const said = own.length > 0 ? own : evidence;
  const telling = said.findLast((line) => TROUBLE.test(line) && !/^\s*at /.test(line));
  const line = telling ?? said.at(-1);
  return line === undefined ? '' : `: ${line.trim()}`;
}
