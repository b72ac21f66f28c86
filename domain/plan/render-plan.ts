/** The plan for people: what the confirmation shows and what an approver reads. The only renderer, for preview and run alike. */
import type { Plan } from '../model/plan';
import { planSections } from './plan-sections';
import { oneLine, sectionMarkdown, sectionText } from './render-section';

export interface RenderOptions {
  readonly style: 'text' | 'markdown';
}

export function renderPlan(plan: Plan, { style }: RenderOptions): string {
  const { box, service, release } = plan;
  const sections = planSections(plan);
  const nothing = plan.batches.length === 0 && plan.owed.length === 0;
  if (style === 'markdown') {
    const head = nothing ? `**Nothing to do on ${box}**` : `**Plan for ${box}**`;
    return [
      `${head}: ${service} → \`${oneLine(release.label)}\` (${release.id})`,
      '',
      ...sections.flatMap(sectionMarkdown),
      '',
    ].join('\n');
  }
  const head = nothing ? `Nothing to do on ${box}` : `Plan for ${box}`;
  return [`${head}: ${service} → ${oneLine(release.label)} (${release.id})`, '', ...sections.flatMap(sectionText), ''].join('\n');
}
