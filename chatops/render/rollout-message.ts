/**
 * The one message of a rollout, drawn anew at each change: what changed, the health of the batches so far, the numbers, who
 * asks, and while a gate waits its two buttons. Pure. Slack's limits: 50 blocks, 3,000 characters a section, 150 a header.
 */
import { formatDuration } from '../../domain/model/format-duration';
import type { Plan } from '../../domain/model/plan';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { ApprovalBrief } from '../../domain/operator/approval-brief';
import { briefSections } from '../../domain/operator/render-brief';
import type { Section } from '../../domain/plan/section';
import { migrationText } from '../../domain/operator/migration-status';
import { plain, plural, shortened } from '../../domain/operator/plain-text';
import { exceptionsOf } from '../../domain/operator/rollout-status';
import { mrkdwn } from '../slack/mrkdwn';
import type { Block } from './block';
import { answerButtons } from './answer-buttons';
import { endWords, lockerWords, stateWords } from './count-line';

export interface RolloutPicture {
  readonly now: RolloutStatus | Finished;
  /** The last status of one that has ended; null: never seen. */
  readonly last: RolloutStatus | null;
  /** null: not made yet, or nobody could be asked for it. */
  readonly plan: Plan | null;
  /** While a batch waits for an answer: what whoever answers should see; null: nobody could be asked for it. */
  readonly brief: ApprovalBrief | null;
  /** Who started it, as claimed. */
  readonly by: string | null;
  readonly webUi: string | null;
}

export interface RenderedMessage {
  /** For notifications, and where blocks can't be shown. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

const MAX_HEADER = 150;
const MAX_SECTION = 2_900;
const MAX_COMMITS = 8;
const MAX_BATCHES = 12;
const MAX_EXCEPTIONS = 8;
const MAX_NOTES = 3;

export function rolloutMessage(picture: RolloutPicture): RenderedMessage {
  const { now } = picture;
  const head = headline(now);
  const brief = briefFor(picture);
  const inWords = brief === null ? [changes(picture)] : briefSections(brief).map(sectionLines);
  const sections = [numbers(picture), batches(picture), trouble(picture), ...inWords, brief === null ? asks(picture) : []];
  const texts = sections.filter((lines) => lines.length > 0);
  return {
    text: shortened([head, ...ask(now)].join('. '), MAX_SECTION),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: shortened(head, MAX_HEADER), emoji: false } },
      ...texts.map(section),
      ...answerButtons(now, brief),
      ...footer(picture),
    ],
  };
}

/** The one that was made for just this question. */
function briefFor({ now, brief }: RolloutPicture): ApprovalBrief | null {
  if (brief === null || now.kind === 'finished') return null;
  const fits = brief.next.batch === now.gate?.batch && brief.planDigest === now.planDigest;
  return fits && (brief.overlay?.number ?? 0) === (now.overlay?.number ?? 0) ? brief : null;
}

/** As on the terminal, its title in bold. */
function sectionLines({ title, lines, quoted = [] }: Section): string[] {
  const [first = '', ...more] = lines.map((line) => mrkdwn(line, 400));
  return [`*${title}* ${first}`, ...more, ...quoted.map((line) => `• ${mrkdwn(line, 160)}`)];
}

function section(lines: readonly string[]): Block {
  const kept = lines.reduce<string[]>((all, line) => ([...all, line].join('\n').length > MAX_SECTION ? all : [...all, line]), []);
  return { type: 'section', text: { type: 'mrkdwn', text: kept.join('\n') } };
}

function headline({ box, release, state }: RolloutStatus | Finished): string {
  return `${box}${release === null ? '' : ` → ${plain(release.label)}`}: ${stateWords(state)}`;
}

function numbers(picture: RolloutPicture): string[] {
  const { now, plan, by } = picture;
  const who = by === null || briefFor(picture) !== null ? [] : [`*Asked by* ${mrkdwn(by)}`];
  if (now.counts.planned === 0) return who;
  if (now.kind === 'finished') {
    return [...who, `*Lockers* ${[`${now.counts.planned} planned`, ...endWords(now.counts)].join(', ')}`];
  }
  const { failures, lockers } = now;
  const migrated = migrationText(now);
  const down = plan === null ? '' : `; at most ${downNow(now, plan)} of ${plan.lockers.length} down at once`;
  return [
    ...who,
    `*Lockers* ${plural(lockers.length, 'locker')}: ${lockerWords(lockers)}`,
    `*Failures* ${failures.counted} so far, stops at ${failures.stopsAt}${down}`,
    ...(migrated === null ? [] : [`*Migrations* ${mrkdwn(migrated)}`]),
  ];
}

const downNow = ({ overlay }: RolloutStatus, { limits }: Plan): number => overlay?.rules.maxDown ?? limits.maxDown;

function changes({ plan }: RolloutPicture): string[] {
  if (plan === null) return [];
  const all = [...log('Code', plan.changes.code), ...log('Config', plan.changes.config)];
  return all.length === 0 ? ['*Changes* none in code or config'] : all;
}

function log(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MAX_COMMITS).map((line) => `• ${mrkdwn(line, 160)}`);
  const more = lines.length > MAX_COMMITS ? [`• and ${lines.length - MAX_COMMITS} more`] : [];
  return [`*${title}* ${plural(lines.length, 'change')}`, ...shown, ...more];
}

/** The last ones begun and the next: of 60 batches nobody reads all. */
function batches({ now, last, plan }: RolloutPicture): string[] {
  const seen = now.kind === 'status' ? now : last;
  if (seen === null || seen.batch === null) return [];
  const { of, number } = seen.batch;
  const from = Math.max(1, Math.min(number - MAX_BATCHES + 2, of - MAX_BATCHES + 1));
  const shown = Array.from({ length: Math.min(of, MAX_BATCHES) }, (_, i) => from + i).map((one) => {
    const lockers = seen.lockers.filter(({ batch }) => batch === one);
    const canary = one === 1 ? ' (canary)' : '';
    const gated =
      plan?.batches[one - 1]?.gate === true && now.kind === 'status' && (one > number || one === now.gate?.batch)
        ? ', asks first'
        : '';
    return `• batch ${one}${canary}: ${plural(lockers.length, 'locker')}: ${lockerWords(lockers)}${gated}${downWords(lockers)}`;
  });
  return ['*Batches*', ...shown, ...(of > MAX_BATCHES ? [`${of} batches in all`] : [])];
}

function downWords(lockers: RolloutStatus['lockers']): string {
  const times = lockers.flatMap(({ downMs }) => (downMs === null ? [] : [downMs]));
  return times.length === 0 ? '' : `, down for at most ${formatDuration(Math.max(...times))}`;
}

function trouble({ now }: RolloutPicture): string[] {
  const all = now.kind === 'finished' ? now.exceptions : exceptionsOf(now);
  const shown = all.slice(0, MAX_EXCEPTIONS).map(({ locker, end, reason }) => `• ${locker} ${end}: ${mrkdwn(reason, 200)}`);
  const more = all.length > MAX_EXCEPTIONS ? [`• and ${all.length - MAX_EXCEPTIONS} more`] : [];
  const fault = now.kind === 'finished' && now.fault !== null ? [`*Fault* ${mrkdwn(now.fault.sentence)}`] : [];
  const lists = all.length === 0 ? [] : ['*Exceptions*', ...shown, ...more];
  if (now.kind === 'finished') return [...fault, ...lists];
  const { pause, holds, notes } = now;
  const noted = notes.slice(-MAX_NOTES).map((note) => `• ${mrkdwn(note, 200)}`);
  return [
    ...(pause === null ? [] : [`*Paused* by ${mrkdwn(pause.actor)}${pause.reason === null ? '' : `: ${mrkdwn(pause.reason)}`}`]),
    ...holds.map(({ sentence, liftedBy }) => `*Held* ${mrkdwn(sentence)}; lifted by ${liftedBy.join(', ')}`),
    ...lists,
    ...(noted.length === 0 ? [] : ['*Notes*', ...noted]),
  ];
}

function asks({ now, plan }: RolloutPicture): string[] {
  if (now.kind === 'finished' || now.gate === null) return [];
  const { batch } = now.gate;
  const size = now.lockers.filter((locker) => locker.batch === batch).length;
  const rest = now.lockers.filter((locker) => locker.batch !== null && locker.batch > batch).length;
  const down = plan === null ? '' : `, at most ${downNow(now, plan)} down at once`;
  const after = rest === 0 ? 'nobody after it' : `${plural(rest, 'locker')} after it`;
  const who = approversOf(plan);
  return [`*Next* batch ${batch} of ${now.batch?.of ?? batch}: ${plural(size, 'locker')}${down}; ${after}`, ...who];
}

function approversOf(plan: Plan | null): string[] {
  const { approvers = null, fourEyes = false } = plan?.policy ?? {};
  const names = approvers === null ? [] : [`*May approve* ${mrkdwn(approvers.join(', '))}`];
  return [...names, ...(fourEyes ? ['*Four eyes* whoever started it does not approve it'] : [])];
}

function ask(now: RolloutStatus | Finished): string[] {
  if (now.kind === 'finished' || now.gate === null) return [];
  return [`Batch ${now.gate.batch} of ${now.batch?.of ?? now.gate.batch} waits for an approval`];
}

function footer({ now, webUi }: RolloutPicture): Block[] {
  const plan = now.kind === 'status' && now.planDigest !== null ? [`plan ${now.planDigest.slice(0, 12)}`] : [];
  const overlay =
    now.kind === 'status' && now.overlay !== null ? [`overlay ${now.overlay.number} by ${mrkdwn(now.overlay.actor)}`] : [];
  const page = webUi === null ? [] : [`<${webUi}|Temporal Web UI>`];
  const parts = [...plan, ...overlay, `rollout ${now.rollout}`, ...page];
  return [{ type: 'context', elements: [{ type: 'mrkdwn', text: parts.join(' · ') }] }];
}
