/** `/lockstep approve lxc12 2` in words → a command, or one sentence that says what is wrong with it. */
import { Duration } from '../../domain/model/duration';
import type { BoxName } from '../../domain/model/ids';
import { didYouMean } from '../../domain/model/near-miss';
import { shortened } from '../../domain/operator/plain-text';
import type { ChatCommand, CommandKind } from './command';

const USAGE: Readonly<Record<Exclude<CommandKind, 'help'>, string>> = {
  status: 'status [box]',
  approve: 'approve <box> <batch> [digits of the plan]',
  reject: 'reject <box> <batch> [why]',
  pause: 'pause <box> [for 2h] [why]',
  resume: 'resume <box> [why]',
  abort: 'abort <box> <why>',
};
const VERBS = [...Object.keys(USAGE), 'help'];
const MAX_REASON = 400;

export const HELP: readonly string[] = Object.values(USAGE);

export function parseCommandText(text: string, boxes: readonly BoxName[]): ChatCommand | string {
  const [verb = 'help', ...words] = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (!VERBS.includes(verb)) return `There is no command ${quoted(verb)}${didYouMean(verb, VERBS)}. Say \`help\`.`;
  if (verb === 'help') return { kind: 'help' };
  const kind = verb as keyof typeof USAGE;
  const [name, ...rest] = words;
  if (name === undefined) return kind === 'status' ? { kind, box: null } : `It needs a box: \`${USAGE[kind]}\`.`;
  const box = boxOf(name, boxes);
  return typeof box === 'object' ? ofBox(kind, box.box, rest) : box;
}

function boxOf(name: string, boxes: readonly BoxName[]): { box: BoxName } | string {
  const box = boxes.find((one) => one === name);
  return box ? { box } : `There is no box ${quoted(name)} here${didYouMean(name, boxes)}; there are ${boxes.join(', ')}.`;
}

function ofBox(kind: keyof typeof USAGE, box: BoxName, words: readonly string[]): ChatCommand | string {
  switch (kind) {
    case 'status':
      return words.length === 0 ? { kind, box } : `That is more than \`${USAGE.status}\` takes.`;
    case 'approve':
    case 'reject':
      return answer(kind, box, words);
    case 'pause':
      return pause(box, words);
    case 'abort':
      if (words.length === 0) return `Say why, for the record: \`${USAGE.abort}\`.`;
      return { kind, box, reason: reasonOf(words) };
    case 'resume':
      break;
  }
  return { kind, box, reason: reasonOf(words) };
}

function answer(kind: 'approve' | 'reject', box: BoxName, [number, ...words]: readonly string[]): ChatCommand | string {
  if (number === undefined || !/^[1-9]\d{0,5}$/.test(number)) return `Name the batch that is to begin: \`${USAGE[kind]}\`.`;
  const batch = Number(number);
  const common = { kind, box, looked: null, batch };
  if (kind === 'reject') return { ...common, digest: null, reason: reasonOf(words) };
  const [digest = null, ...more] = words;
  const fits = digest === null || /^[0-9a-f]{12,64}$/.test(digest);
  if (!fits || more.length > 0)
    return `The plan is named by 12 or more of its digits, as the message shows them: \`${USAGE.approve}\`.`;
  return { ...common, digest, reason: null };
}

function pause(box: BoxName, words: readonly string[]): ChatCommand | string {
  const [first, time = '', ...rest] = words;
  if (first !== 'for') return { kind: 'pause', box, forMs: null, reason: reasonOf(words) };
  const parsed = Duration.safeParse(time);
  if (!parsed.success || parsed.data === 0) return 'Write how long, such as `for 30m` or `for 2h`.';
  return { kind: 'pause', box, forMs: parsed.data, reason: reasonOf(rest) };
}

const reasonOf = (words: readonly string[]): string | null =>
  words.length === 0 ? null : shortened(words.join(' '), MAX_REASON);
const quoted = (word: string): string => JSON.stringify(shortened(word, 40));
