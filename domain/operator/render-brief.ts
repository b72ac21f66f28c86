/** The brief in words, laid out as plans are: for the terminal, and as Markdown for a page or a chat. */
import { isoTime } from '../model/civil-time';
import { formatDuration } from '../model/format-duration';
import { wayBackText } from '../model/point-of-no-return';
import { changeSection } from '../plan/change-section';
import { namesText } from '../plan/names-text';
import { oneLine, sectionMarkdown, sectionText } from '../plan/render-section';
import { approvalRules } from '../plan/rule-sections';
import type { Section } from '../plan/section';
import type { ApprovalBrief } from './approval-brief';
import type { BriefMigration, BriefNext } from './brief-next';
import { plural, shortened } from './plain-text';

const SHOWN_EXCEPTIONS = 5;
const MAX_REASON = 160;

export function renderBrief(brief: ApprovalBrief, { style }: { readonly style: 'text' | 'markdown' }): string {
  const { box, release, next } = brief;
  const head = `Batch ${next.batch} of ${next.of} on ${box} waits for an approval: ${oneLine(release.label)}`;
  const lines = briefSections(brief).flatMap(style === 'text' ? sectionText : sectionMarkdown);
  return [style === 'text' ? head : `**${head}**`, '', ...lines, ''].join('\n');
}

/** In the order of asking: who wants what, what changed, how it went, what comes, and what stays. */
export function briefSections(brief: ApprovalBrief): Section[] {
  const { changes } = brief;
  return [
    { title: 'Asked', lines: askedLines(brief) },
    { title: 'Release', lines: [releaseText(brief)] },
    changeSection('Code', changes.code),
    changeSection('Config', changes.config, changes.gone),
    { title: 'So far', lines: healthLines(brief) },
    { title: 'Next', lines: nextLines(brief) },
    { title: 'Way back', lines: wayBackLines(brief) },
  ];
}

function askedLines({ asks, rules, overlay }: ApprovalBrief): string[] {
  const { by, why, overrides, sinceMs } = asks;
  const who = approvalRules(rules);
  return [
    `by ${by ?? 'somebody unknown'}, since ${isoTime(sinceMs)}${why === null ? '' : `: ${why}`}`,
    ...(who.length === 0 ? [] : [`may be approved ${who.join('; ')}`]),
    ...overrides,
    ...(overlay === null ? [] : [`the rules were adjusted by ${overlay.actor} (overlay ${overlay.number})`]),
  ];
}

function releaseText({ release, from }: ApprovalBrief): string {
  const origins = from.map(({ label, lockers }) => `${lockers} from ${label}`);
  return `${release.label} (${release.id})${origins.length === 0 ? '' : `: ${origins.join(', ')}`}`;
}

function healthLines({ health }: ApprovalBrief): string[] {
  const { counts, killed, downMs, exceptions } = health;
  const ends = (['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable'] as const)
    .filter((end) => counts[end] > 0)
    .map((end) => `${counts[end]} ${end}`);
  const more = exceptions.length - SHOWN_EXCEPTIONS;
  return [
    `${ends.join(', ') || 'nothing ended yet'}, of ${counts.planned}`,
    ...(downMs === null ? [] : [`down for ${seconds(downMs.median)} (median), ${seconds(downMs.longest)} at the longest`]),
    ...(killed.length === 0 ? [] : [`did not stop in time and was killed: ${namesText(killed)}`]),
    ...exceptions
      .slice(0, SHOWN_EXCEPTIONS)
      .map(({ locker, end, reason }) => `${locker} ${end}: ${shortened(oneLine(reason), MAX_REASON)}`),
    ...(more > 0 ? [`and ${plural(more, 'more exception')}`] : []),
  ];
}

/** To a tenth: a locker is down for a second or two. */
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10}s`;

function nextLines({ next, health, rules }: ApprovalBrief): string[] {
  const { lockers, atOnce, starting, soakMs, downSecondsPerLocker, migrations } = next;
  const time = next.seconds === null ? 'no telling how long, since the rules were adjusted' : `about ${duration(next.seconds)}`;
  const soak = soakMs > 0 ? `, its soak of ${formatDuration(soakMs)} included` : '';
  const does = rules.onFailure === 'roll-back' ? 'rolls back' : 'holds';
  return [
    ...migrations.map(migrationText),
    `${plural(lockers.length, 'locker')}, at most ${atOnce} down at once and ${starting} starting: ${namesText(lockers)}`,
    `${time}${soak}; each locker down for about ${duration(downSecondsPerLocker)}`,
    next.stopsAt === null
      ? 'failures are recorded, and it goes on'
      : `${does} when failures come to ${next.stopsAt}; so far ${health.failures}`,
    afterText(next),
  ];
}

const WHEN = {
  'before-first': 'before the first locker',
  'per-locker': 'of each locker',
  'all-halted': 'with all lockers halted',
};

function migrationText({ id, when, reversible, lockers }: BriefMigration): string {
  const whose = lockers === null ? '' : ` (${plural(lockers, 'locker')})`;
  return `migration ${id}, ${WHEN[when]}${whose}: ${reversible ? wayBackText({ reversible, when }) : 'POINT OF NO RETURN, can not be undone'}`;
}

function afterText({ unasked, asksAgain }: BriefNext): string {
  const then = unasked.lockers === 0 ? '' : `${plural(unasked.lockers, 'more locker')} without asking`;
  if (asksAgain === null) return then === '' ? 'it is the last batch' : `then ${then}, and it is done`;
  return `then ${then === '' ? '' : `${then}, then `}it asks again, before batch ${asksAgain}`;
}

const duration = (count: number): string => formatDuration(count * 1_000);

function wayBackLines({ forGood, health, next, box }: ApprovalBrief): string[] {
  const { neverDeployed, past } = forGood;
  const irreversible = next.migrations.filter(({ reversible }) => !reversible).map(({ id }) => id);
  const stays = [...new Set([...(past === null ? [] : [past]), ...irreversible])].map(
    (id) => `migration ${id} can not be undone: nothing is rolled back by itself ${id === past ? 'any more' : 'after it'}`,
  );
  const fresh = `${plural(neverDeployed.length, 'locker')} never deployed before, with nothing to go back to: ${namesText(neverDeployed)}`;
  const lines = [...stays, ...(neverDeployed.length === 0 ? [] : [fresh])];
  return [
    ...(lines.length === 0 ? ['each locker can go back to the version it came from'] : lines),
    `roll-back would bring back ${plural(health.undoable, 'locker')} now: npm run lockstep -- roll-back --box ${box}`,
  ];
}
