/**
 * Slack's two doors: slash commands and clicks. Signed and of now, taken once, of a known person, then carried out. Every
 * answer is for that person alone. Slack waits 3 s: what takes longer is answered where Slack says (response_url).
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Fleet } from '../../domain/model/fleet';
import { act } from '../commands/act';
import type { Acted, Acting } from '../commands/act';
import { readButton } from '../commands/button';
import type { ChatCommand } from '../commands/command';
import { parseCommandText } from '../commands/parse-command';
import { personOfSlack } from '../commands/person';
import type { SlackConfig } from '../config/read-chat-config';
import type { ChatRequest, ChatResponse, Route } from '../http/chat-server';
import { SIGNED_WITHIN_MS } from '../http/signed-time';
import { takeOnce } from '../http/take-once';
import type { ChatJournal } from '../outbox/chat-journal';
import type { Outbox } from '../outbox/outbox';
import { mrkdwnLines } from './mrkdwn';
import { readClick, readSlash } from './slack-payload';
import { refuseSlack } from './slack-signature';

export interface SlackDoor {
  readonly slack: SlackConfig;
  readonly journal: ChatJournal;
  readonly outbox: Outbox;
  readonly acting: Acting;
  readonly fleet: () => Promise<Fleet>;
  readonly log: (line: string) => void;
}

/** Slack waits 3 s. */
const ANSWER_WITHIN_MS = 2_200;
/** Slack takes answers for half an hour. */
const REPLY_WITHIN_MS = 29 * 60_000;
const TAKEN_BEFORE = 'This request was taken already; it is not carried out again.';

export function slackRoutes(door: SlackDoor): Map<string, Route> {
  return new Map([
    ['/slack/commands', (request) => slash(door, request)],
    ['/slack/actions', (request) => click(door, request)],
  ]);
}

async function slash(door: SlackDoor, request: ChatRequest): Promise<ChatResponse> {
  const refused = refuse(door, request);
  if (refused !== null) return refused;
  const form = readSlash(request.body);
  if (form === null) return unreadable;
  const wrong = elsewhere(door.slack, form.team_id, form.response_url);
  if (wrong !== null) return said(200, wrong);
  const work = once(door, request, async () => {
    const command = parseCommandText(form.text, door.acting.boxes);
    return typeof command === 'string' ? { done: false, answer: command } : ofPerson(door, form.user_id, command);
  });
  const first = await soon(work);
  if (first !== null) return said(200, first.answer);
  void later(door, work, form.response_url);
  return said(200, 'It is on its way; the answer follows.');
}

async function click(door: SlackDoor, request: ChatRequest): Promise<ChatResponse> {
  const refused = refuse(door, request);
  if (refused !== null) return refused;
  const clicked = readClick(request.body);
  if (clicked === null) return unreadable;
  const wrong = elsewhere(door.slack, clicked.team.id, clicked.response_url);
  if (wrong !== null) return { status: 403, body: { error: wrong } };
  if (door.journal.state.taken.has(nameOf(request))) return { status: 409, body: { error: TAKEN_BEFORE } };
  const work = once(door, request, () => carryClick(door, clicked));
  // What Slack shows of an answer to a click is what comes to its response_url.
  const answered = later(door, work, clicked.response_url);
  await soon(answered);
  return { status: 200, body: null };
}

async function carryClick(door: SlackDoor, { actions, user }: NonNullable<ReturnType<typeof readClick>>): Promise<Acted> {
  const [action] = actions;
  const button = readButton(action?.value ?? '');
  const kind = action?.action_id;
  if (button === null || (kind !== 'approve' && kind !== 'reject'))
    return { done: false, answer: 'That button is none of Lockstep.' };
  const { box, v: _v, ...looked } = button;
  if (!door.acting.boxes.includes(box)) return { done: false, answer: `${box} is no box of this chat.` };
  return ofPerson(door, user.id, { kind, box, looked, batch: looked.batch, digest: looked.digest, reason: null });
}

async function ofPerson({ fleet, acting, log }: SlackDoor, user: string, command: ChatCommand): Promise<Acted> {
  const person = personOfSlack(await fleet(), user);
  if (typeof person === 'string') return { done: false, answer: person };
  const acted = await act(acting, person, command);
  log(`${person.actor} said ${command.kind}: ${acted.answer.split('\n')[0]}`);
  return acted;
}

function refuse({ slack, log }: SlackDoor, { headers, body, nowMs }: ChatRequest): ChatResponse | null {
  const signed = { timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'] };
  const refused = refuseSlack(slack.signingSecret, signed, { body, nowMs });
  if (refused === null) return null;
  log(`a request to Slack's door was refused: ${refused}`);
  return { status: 401, body: { error: refused } };
}

const unreadable: ChatResponse = { status: 400, body: { error: 'That is nothing that Slack sends here.' } };

/** Signed, but not of the workspace that is meant; or with an answer to be sent to somebody else. */
function elsewhere({ team, responses }: SlackConfig, of: string, url: string): string | null {
  if (team !== null && of !== team) return 'This workspace is not the one that chatops.yaml names.';
  return new URL(url).origin === new URL(responses).origin ? null : 'The address for the answer is not Slack’s.';
}

/** Its signature: another click on the same button is another request. */
const nameOf = ({ headers }: ChatRequest): string =>
  `slack:${createHash('sha256')
    .update(headers['x-slack-signature'] ?? '')
    .digest('hex')
    .slice(0, 32)}`;

async function once(door: SlackDoor, request: ChatRequest, work: () => Promise<Acted>): Promise<Acted> {
  const untilMs = request.nowMs + 3 * SIGNED_WITHIN_MS;
  const { journal, log } = door;
  const taking = await takeOnce({ journal, log, request: nameOf(request), untilMs }, work);
  return taking.kind === 'first' ? taking.acted : { done: false, answer: TAKEN_BEFORE };
}

async function later({ outbox }: SlackDoor, work: Promise<Acted>, url: string): Promise<void> {
  const { answer } = await work;
  const id = randomUUID();
  const body = { url, message: { response_type: 'ephemeral', replace_original: false, text: mrkdwnLines(answer) } };
  outbox.put({ id, key: `reply:${id}`, target: `reply:${id}`, body, expires: Date.now() + REPLY_WITHIN_MS });
}

const said = (status: number, text: string): ChatResponse => ({
  status,
  body: { response_type: 'ephemeral', text: mrkdwnLines(text) },
});

async function soon<T>(work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
