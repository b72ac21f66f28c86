/** What is seen of a rollout goes into the outbox: its message in its newest state, and an event where something happened. */
import { randomUUID } from 'node:crypto';
import type { Plan } from '../../domain/model/plan';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { ApprovalBrief } from '../../domain/operator/approval-brief';
import type { Listener, SlackConfig } from '../config/read-chat-config';
import type { ChatJournal } from '../outbox/chat-journal';
import type { Outbox, Put } from '../outbox/outbox';
import { rolloutMessage } from '../render/rollout-message';
import { ringText } from '../render/ring-text';
import { askedKey, rolloutEvent, stateKey } from './rollout-events';

/** What a follower knows beside the status. */
export interface Known {
  readonly by: string | null;
  readonly startedAt: number;
  readonly webUi: string | null;
  readonly plan: Plan | null;
  readonly brief: ApprovalBrief | null;
  /** Slack users who are rung at a gate. */
  readonly users: readonly string[];
  /** null: none was seen. */
  readonly last: RolloutStatus | null;
}

export interface Teller {
  readonly journal: ChatJournal;
  readonly outbox: Outbox;
  readonly slack: SlackConfig | null;
  readonly listeners: readonly Listener[];
  readonly now: () => number;
}

export const messageKey = (rollout: string): string => `rollout:${rollout}`;

export function tell(teller: Teller, seen: RolloutStatus | Finished, known: Known): void {
  const { journal, outbox } = teller;
  const before = journal.state.told.get(seen.box) ?? null;
  const same = before?.rollout === seen.rollout;
  const state = stateKey(seen);
  const isNew = !same || before.state !== state;
  const { puts, rang } = rings(teller, seen, { users: known.users, rang: same ? (before.rang ?? null) : null });
  const all = [...messages(teller, seen, known), ...puts, ...(isNew ? events(teller, seen, known.by) : [])];
  if (all.length > 0) outbox.put(...all);
  if (!isNew && rang === before.rang) return;
  const { box, rollout } = seen;
  const told = { box, rollout, startedAt: known.startedAt, ended: seen.kind === 'finished', state, rang };
  // After what it stands for: told once too often is better than never.
  journal.append({ kind: 'told', told });
}

function messages({ slack }: Teller, now: RolloutStatus | Finished, { by, webUi, plan, brief, last }: Known): Put[] {
  if (slack === null) return [];
  const body = { channel: slack.channel, ...rolloutMessage({ now, last, plan, brief, by, webUi }) };
  return [{ id: randomUUID(), key: messageKey(now.rollout), target: 'slack', body }];
}

const ASKING: readonly RolloutStatus['state'][] = ['waiting-for-approval', 'held'];

interface Rung {
  readonly users: readonly string[];
  readonly rang: string | null;
}

/** Once for each question; one that was not delivered is taken back when it has its answer. */
function rings({ slack }: Teller, now: RolloutStatus | Finished, { users, rang }: Rung): { puts: Put[]; rang: string | null } {
  const asked = now.kind === 'status' && ASKING.includes(now.state) ? askedKey(now) : null;
  if (slack === null || asked === rang) return { puts: [], rang };
  const text = now.kind === 'status' && asked !== null ? ringText(now, users) : null;
  const body = { under: messageKey(now.rollout), text };
  return { puts: [{ id: randomUUID(), key: `ring:${now.rollout}`, target: 'slack-ring', body }], rang: asked };
}

function events({ listeners, now }: Teller, seen: RolloutStatus | Finished, by: string | null): Put[] {
  const event = rolloutEvent(seen, by, now());
  const wanted = listeners.filter(({ events: of }) => of === null || of.includes(event.type));
  return wanted.map(({ name }) => {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    return { id, key: `event:${name}:${id}`, target: `webhook:${name}`, body: event };
  });
}
