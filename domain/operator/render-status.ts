/**
 * The status for people. Markdown is for the workflow's page in the Temporal Web UI, whose details
 * take 20 kB: lists are cut with the number left out, so that 300 bad lockers still fit.
 */
import { bounded } from '../model/bounded';
import { isoTime } from '../model/civil-time';
import { formatDuration } from '../model/format-duration';
import type { LockerStatus, RolloutStatus } from '../model/status';
import { sectionMarkdown } from '../plan/render-section';
import type { ApprovalBrief } from './approval-brief';
import { briefSections } from './render-brief';
import { migrationText } from './migration-status';
import { escaped, plain, plural, shortened } from './plain-text';
import { exceptionsOf } from './rollout-status';

/** 30 × (32 of a name + 160 of a reason, doubled by escapes) stays well below the 20 kB with all the rest. */
const MAX_EXCEPTIONS = 30;
const MAX_IN_FLIGHT = 25;
const MAX_NOTES = 5;
const MAX_REASON = 160;
const MAX_SENTENCE = 600;
const MAX_DETAILS_BYTES = 20_000;
/** As many digits as an approval must name. */
const DIGEST_SHOWN = 12;

const IN_FLIGHT: readonly LockerStatus['stage'][] = [
  'draining',
  'undraining',
  'updating',
  'verifying',
  'inconclusive',
  'restoring',
  'stuck',
  'halting',
  'halted',
  'starting',
];

interface Line {
  readonly title: string;
  readonly text: string;
}

/** `brief`: while a batch waits for an answer, what whoever answers should see. */
export function renderStatusMarkdown(status: RolloutStatus, brief: ApprovalBrief | null = null): string {
  const head = `**${headline(status, escaped)}**`;
  // A list: the page gives the cells of a table no space between them.
  const facts = factsOf(status).map(({ title, text }) => `- **${title}:** ${escaped(shortened(text, MAX_SENTENCE))}`);
  const ask = status.asks === null ? [] : ['', `**Asked of you:** ${asked(status.asks)}`, ...answerHere(status)];
  const page = [
    head,
    ...ask,
    ...(facts.length > 0 ? ['', ...facts] : []),
    ...(brief === null ? [] : ['', ...briefSections(brief).flatMap(sectionMarkdown)]),
    ...section('Exceptions', exceptionLines(status), escaped),
    ...section('Notes', noteLines(status), escaped),
    '',
  ].join('\n');
  return bounded(page, MAX_DETAILS_BYTES);
}

function headline({ box, release, state, batch }: RolloutStatus, clean: (text: string) => string): string {
  const where = batch ? `, batch ${batch.number} of ${batch.of}` : '';
  return `${box}${release ? ` → ${clean(release.label)}` : ''}: ${state.replaceAll('-', ' ')}${where}`;
}

/** The command stays copyable: it is shown as code. Our commands have no backtick. */
function asked(sentence: string): string {
  const parts = shortened(plain(sentence), MAX_SENTENCE).split(/(npm run lockstep -- [^;]+)/);
  return parts
    .map((part, i) => (i % 2 === 1 ? `\`${part.replaceAll('`', "'").trim()}\`` : escaped(part) + (part.endsWith(' ') ? ' ' : '')))
    .join('');
}

/** The approval that is asked for, to be copied into the page's own dialog for signals. */
function answerHere({ state, gate, planDigest, overlay }: RolloutStatus): string[] {
  if (state !== 'waiting-for-approval' || gate === null || planDigest === null) return [];
  const proven = gate.identity === 'proven';
  const input = JSON.stringify({
    actor: 'your name',
    batch: gate.batch,
    planDigest: planDigest.slice(0, DIGEST_SHOWN),
    ...(overlay && { overlay: overlay.number }),
  });
  const signals = proven ? '`reject` (an approval must be signed)' : '`approve` (or `reject`)';
  return ['', `Or on this page: More Actions, Send a Signal, ${signals}, with the input \`${input}\``];
}

function factsOf(status: RolloutStatus): Line[] {
  const { counts, failures, lockers } = status;
  if (counts.planned === 0) return [];
  const migrated = migrationText(status);
  const flying = lockers.filter(({ stage }) => IN_FLIGHT.includes(stage));
  const waiting = lockers.filter(({ stage }) => stage === 'waiting').length;
  const ends = (['updated', 'unchanged', 'restored', 'failed', 'skipped', 'unreachable'] as const)
    .filter((end) => counts[end] > 0)
    .map((end) => `${counts[end]} ${end}`);
  return [
    {
      title: 'lockers',
      text: `${counts.planned} planned: ${[...ends, `${flying.length} in flight`, `${waiting} waiting`].join(', ')}`,
    },
    { title: 'failures', text: `${failures.counted} so far; the rollout stops at ${failures.stopsAt}` },
    ...(migrated === null ? [] : [{ title: 'migrations', text: migrated }]),
    ...(flying.length > 0 ? [{ title: 'in flight', text: names(flying) }] : []),
    ...status.holds.map(({ sentence }) => ({ title: 'held', text: sentence })),
    ...(status.windowOpensMs ? [{ title: 'window', text: `opens ${isoTime(status.windowOpensMs)}` }] : []),
    ...(status.overlay ? [{ title: 'adjusted', text: overlayText(status.overlay) }] : []),
    ...(status.planDigest ? [{ title: 'plan', text: status.planDigest.slice(0, DIGEST_SHOWN) }] : []),
  ];
}

function overlayText({ number, actor, rules }: NonNullable<RolloutStatus['overlay']>): string {
  const { maxDown, maxStarting, soakMs, gates } = rules;
  const words = [
    ...(maxDown === undefined ? [] : [`at most ${maxDown} down`]),
    ...(maxStarting === undefined ? [] : [`${maxStarting} starting`]),
    ...(soakMs === undefined ? [] : [`soak ${formatDuration(soakMs)}`]),
    ...(gates === undefined ? [] : [gates.length === 0 ? 'no more gates' : `gates after batch ${gates.join(', ')}`]),
  ];
  return `overlay ${number} by ${actor}: ${words.join(', ')}`;
}

function names(flying: readonly LockerStatus[]): string {
  const shown = flying.slice(0, MAX_IN_FLIGHT).map(({ name, stage }) => `${name} ${stage}`);
  return [...shown, ...more(flying.length - MAX_IN_FLIGHT)].join(', ');
}

function exceptionLines(status: RolloutStatus): string[] {
  const all = exceptionsOf(status);
  const shown = all
    .slice(0, MAX_EXCEPTIONS)
    .map(({ locker, end, reason }) => `${locker} ${end}: ${shortened(reason, MAX_REASON)}`);
  return [...shown, ...more(all.length - MAX_EXCEPTIONS)];
}

const noteLines = ({ notes }: RolloutStatus): string[] => notes.slice(-MAX_NOTES).map((note) => shortened(note, MAX_REASON));
const more = (count: number): string[] => (count > 0 ? [`and ${plural(count, 'more', 'more')}`] : []);

function section(title: string, lines: readonly string[], clean: (text: string) => string): string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, '', ...lines.map((line) => `- ${clean(line)}`)];
}
