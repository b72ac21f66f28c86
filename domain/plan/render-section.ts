/** How one titled part is laid out, for a terminal and as a list in Markdown; the same for plans and for briefs. */
import type { Section } from './section';

const INDENT = ' '.repeat(12);

export function sectionText({ title, lines, quoted = [] }: Section): string[] {
  const [first = '', ...others] = lines.map(oneLine);
  return [
    `  ${title.padEnd(10)}${first}`,
    ...others.map((line) => `${INDENT}${line}`),
    ...quoted.map((line) => `${INDENT}  ${oneLine(line)}`),
  ];
}

export function sectionMarkdown({ title, lines, quoted = [] }: Section): string[] {
  const [first = '', ...others] = lines.map((line) => escaped(oneLine(line)));
  return [
    `- **${title}**: ${first}`,
    ...others.map((line) => `  - ${line}`),
    ...quoted.map((line) => `  - ${escaped(oneLine(line))}`),
  ];
}

/** A commit subject is written by anybody: no escape sequence of it reaches a terminal, no second line a page. */
export function oneLine(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trimEnd();
}

function escaped(line: string): string {
  return line.replace(/[\\`*_[\]<>|#~!&@]/g, '\\$&');
}
