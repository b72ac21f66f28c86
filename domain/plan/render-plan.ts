/** The plan for people: what the confirmation shows and what an approver reads. The only renderer, for preview and run alike. */
import type { Plan } from '../model/plan';
import { planSections } from './plan-sections';
import type { Section } from './section';

export interface RenderOptions {
  readonly style: 'text' | 'markdown';
}

export function renderPlan(plan: Plan, { style }: RenderOptions): string {
  const { box, service, release } = plan;
  const sections = planSections(plan);
  const nothing = plan.batches.length === 0 && plan.owed.length === 0;
  if (style === 'markdown') {
    const head = nothing ? `**Nothing to do on ${box}**` : `**Plan for ${box}**`;
    return [`${head}: ${service} → \`${plain(release.label)}\` (${release.id})`, '', ...sections.flatMap(markdown), ''].join(
      '\n',
    );
  }
  const head = nothing ? `Nothing to do on ${box}` : `Plan for ${box}`;
  return [`${head}: ${service} → ${plain(release.label)} (${release.id})`, '', ...sections.flatMap(text), ''].join('\n');
}

const INDENT = ' '.repeat(12);

function text({ title, lines, quoted = [] }: Section): string[] {
  const [first = '', ...others] = lines.map(plain);
  return [
    `  ${title.padEnd(10)}${first}`,
    ...others.map((line) => `${INDENT}${line}`),
    ...quoted.map((line) => `${INDENT}  ${plain(line)}`),
  ];
}

function markdown({ title, lines, quoted = [] }: Section): string[] {
  const [first = '', ...others] = lines.map((line) => escaped(plain(line)));
  return [
    `- **${title}**: ${first}`,
    ...others.map((line) => `  - ${line}`),
    ...quoted.map((line) => `  - ${escaped(plain(line))}`),
  ];
}

/** A commit subject is written by anybody: no escape sequence of it reaches a terminal, no second line a page. */
function plain(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trimEnd();
}

function escaped(line: string): string {
  return line.replace(/[\\`*_[\]<>|#~!&@]/g, '\\$&');
}
