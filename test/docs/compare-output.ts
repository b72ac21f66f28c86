/** What a page shows as a command's output, against what the command printed: the same but for numbers that no two runs share. */

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>'],
  [/\br[0-9a-f]{12}\b/g, '<release>'],
  [/-20\d{6}-g[0-9a-f]{6,12}\b/g, '-<date>-g<sha>'],
  [/\b\d+-g[0-9a-f]{6,12}\b/g, '<build>'],
  [/\b[0-9a-f]{7,12}(?= [A-Z])/g, '<sha>'],
  [/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/\b(?!127\.)(\d+\.){3}\d+\b/g, '<address>'],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:<port>'],
  [/\b\d+(\.\d+)?(ms|s|m|h)\b( \d+s\b)?/g, '<duration>'],
  [/\bpid \d+|process \d+/g, '<process>'],
  // A page shortens what is long.
  [/workflows\/box%2F(\w+)\/\S*/g, 'workflows/box%2F$1/…'],
  [/ {2,}/g, '  '],
];

export const masked = (line: string): string => MASKS.reduce((text, [what, by]) => text.replaceAll(what, by), line.trim());

/** The first line of `shown` that does not come, in order, among those that were printed; null: all do. */
export function missingLine(shown: readonly string[], printed: readonly string[]): string | null {
  const seen = printed.map(masked);
  let from = 0;
  for (const line of shown.map(masked).filter((text) => text.trim() !== '')) {
    const at = seen.indexOf(line, from);
    if (at < 0) return line;
    from = at + 1;
  }
  return null;
}
