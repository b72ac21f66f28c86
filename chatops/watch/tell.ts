/** What is seen of a rollout goes into the outbox: its message in its newest state, and an event where something happened. */
import { randomUUID } from 'node:crypto';
import type { Plan } from '../../domain/model/plan';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { ApprovalBrief } from '../../domain/operator/approval-brief';
import type { Listener, SlackConfig } from '../config/read-chat-config';
import type { ChatJournal } from '../outbox/chat-journal';
import type { Outbox, Put } from '../outbox/outbox';
import { rolloutMessage } from '../render/rollout-message';
import { rolloutEvent, stateKey } from './rollout-events';

/** What a follower knows beside the status. */
export interface Known {
  readonly by: string | null;
  readonly startedAt: number;
  readonly webUi: string | null;
  readonly plan: Plan | null;
  readonly brief: ApprovalBrief | null;
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

export function tell({ journal, outbox, slack, listeners, now }: Teller, seen: RolloutStatus | Finished, known: Known): void {
  const { by, webUi, plan, brief, last, startedAt } = known;
  const puts: Put[] = [];
  if (slack !== null) {
    const body = { channel: slack.channel, ...rolloutMessage({ now: seen, last, plan, brief, by, webUi }) };
    puts.push({ id: randomUUID(), key: messageKey(seen.rollout), target: 'slack', body });
  }
  const before = journal.state.told.get(seen.box);
  const state = stateKey(seen);
  const isNew = before?.rollout !== seen.rollout || before.state !== state;
  if (isNew) {
    const event = rolloutEvent(seen, by, now());
    const wanted = listeners.filter(({ events }) => events === null || events.includes(event.type));
    for (const { name } of wanted) {
      const id = `msg_${randomUUID().replaceAll('-', '')}`;
      puts.push({ id, key: `event:${name}:${id}`, target: `webhook:${name}`, body: event });
    }
  }
  if (puts.length > 0) outbox.put(...puts);
  // After what it stands for: told once too often is better than never.
  if (isNew)
    journal.append({
      kind: 'told',
      told: { box: seen.box, rollout: seen.rollout, startedAt, ended: seen.kind === 'finished', state },
    });
}
