/** Generic webhooks in (Standard Webhooks): a door for each caller, with its own secret and the people it may speak for. */
import type { Fleet } from '../../domain/model/fleet';
import { act } from '../commands/act';
import type { Acted, Acting } from '../commands/act';
import { personOfCaller } from '../commands/person';
import type { Caller } from '../config/read-chat-config';
import type { ChatRequest, ChatResponse, Route } from '../http/chat-server';
import { takeOnce } from '../http/take-once';
import type { ChatJournal } from '../outbox/chat-journal';
import { readWebhookCommand } from './webhook-command';
import { refuseWebhook } from './webhook-signature';

export interface WebhookDoor {
  readonly callers: readonly Caller[];
  readonly journal: ChatJournal;
  readonly acting: Acting;
  readonly fleet: () => Promise<Fleet>;
  readonly log: (line: string) => void;
}

/** A sender tries the same id again for days. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

export function webhookRoutes(door: WebhookDoor): Map<string, Route> {
  return new Map(door.callers.map((caller) => [`/webhooks/${caller.name}`, (request) => received(door, caller, request)]));
}

async function received(door: WebhookDoor, caller: Caller, request: ChatRequest): Promise<ChatResponse> {
  const { headers, body, nowMs } = request;
  const id = headers['webhook-id'];
  const signed = { id, timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'] };
  const refused = refuseWebhook(caller.keys, signed, { body, nowMs });
  if (refused !== null) {
    door.log(`a webhook of ${caller.name} was refused: ${refused}`);
    return { status: 401, body: { error: refused } };
  }
  const asked = readWebhookCommand(body);
  if (typeof asked === 'string') return { status: 400, body: { error: asked } };
  const { journal, log } = door;
  const once = { journal, log, request: `webhook:${caller.name}:${id}`, untilMs: nowMs + REMEMBERED_MS };
  const taking = await takeOnce(once, () => carryOut(door, caller, asked));
  if (taking.acted === null) {
    return { status: 409, body: { error: 'This webhook was taken before, and nobody knows how it ended. Ask for the status.' } };
  }
  return { status: 200, body: { ...taking.acted, again: taking.kind === 'again' } };
}

type Asked = Exclude<ReturnType<typeof readWebhookCommand>, string>;

async function carryOut({ fleet, acting, log }: WebhookDoor, caller: Caller, { person: name, command }: Asked): Promise<Acted> {
  const person = personOfCaller(await fleet(), name, caller);
  if (typeof person === 'string') return { done: false, answer: person };
  if ('box' in command && command.box !== null && !acting.boxes.includes(command.box))
    return { done: false, answer: `${command.box} is no box of this chat.` };
  const acted = await act(acting, person, command);
  log(`${person.actor} said ${command.kind}: ${acted.answer.split('\n')[0]}`);
  return acted;
}
