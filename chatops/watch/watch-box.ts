/**
 * Follows whatever rolls on one box, for as long as the process lives. A Temporal that is away is waited for; what began or
 * ended while this process was away is told when it is back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../../domain/model/plan';
import type { People } from '../../domain/model/people';
import type { RolloutStatus } from '../../domain/model/status';
import { briefOf } from '../../starters/operations/brief-of';
import { webUiOf } from '../../starters/operations/door';
import type { Door } from '../../starters/operations/door';
import { finishedOf } from '../../starters/operations/finished-of';
import { follow } from '../../starters/operations/follow';
import { history } from '../../starters/operations/history';
import type { PastRollout } from '../../starters/operations/history';
import { lastRollout } from '../../starters/operations/running-rollout';
import type { RunningRollout } from '../../starters/operations/running-rollout';
import { walkedOf } from '../../starters/operations/walked-of';
import { usersToRing } from '../render/ring-text';
import { leadsNowhere } from './chat-door';
import type { ChatDoor } from './chat-door';
import { tell } from './tell';
import type { Teller } from './tell';

export interface Watching {
  readonly chatDoor: ChatDoor;
  readonly teller: Teller;
  /** Of the fleet file as it is now; nobody where it can not be read. */
  readonly people: () => Promise<People>;
  readonly log: (line: string) => void;
  /** Between two looks at a box on which nothing runs. */
  readonly everyMs: number;
}

/** Of the rollouts that came and went meanwhile. */
const LOOK_BACK = 20;

export async function watchBox(watching: Watching, box: string, signal: AbortSignal): Promise<void> {
  const { chatDoor, log, everyMs } = watching;
  let trouble = '';
  while (!signal.aborted) {
    try {
      await look(watching, await chatDoor.open(), box, signal);
      if (trouble !== '') log(`${box}: Temporal answers again`);
      trouble = '';
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (words !== trouble) log(`${box} can not be watched just now: ${words}`);
      trouble = words;
      if (leadsNowhere(error)) chatDoor.drop();
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

async function look(watching: Watching, door: Door, box: string, signal: AbortSignal): Promise<void> {
  const { journal } = watching.teller;
  const last = await lastRollout(door, box);
  if (last === null) return;
  const told = journal.state.told.get(box);
  if (told === undefined && last.state === 'closed') {
    // Before this chat's time: nobody wants to hear of it now.
    journal.append({
      kind: 'told',
      told: { box, rollout: last.rollout ?? '', startedAt: last.startedAt.getTime(), ended: true, state: 'before' },
    });
    return;
  }
  if (told !== undefined && !(told.ended && told.rollout === last.rollout)) await catchUp(watching, door, { box, since: told });
  if (last.state !== 'closed') await followNow(watching, door, { box, last, signal });
}

interface Since {
  readonly rollout: string;
  readonly startedAt: number;
  readonly ended: boolean;
}

/** The ends that nobody here saw, oldest first. */
async function catchUp(watching: Watching, door: Door, { box, since }: { box: string; since: Since }): Promise<void> {
  const past = await history(door, box, LOOK_BACK);
  const missed = past.filter(
    (one) => one.endedAt !== null && (one.rollout === since.rollout ? !since.ended : Date.parse(one.startedAt) > since.startedAt),
  );
  for (const one of missed.toReversed()) await tellEnd(watching, door, box, one);
}

async function tellEnd({ teller }: Watching, door: Door, box: string, past: PastRollout): Promise<void> {
  const { runId, by, startedAt, rollout } = past;
  const finished = past.finished ?? (await finishedOf(door, box, null, runId));
  const plan = await planOf(door, box, runId);
  // One that was terminated knows its own id no more.
  const named = finished.rollout === '' ? { ...finished, rollout: rollout ?? runId } : finished;
  tell(teller, named, {
    by,
    startedAt: Date.parse(startedAt),
    webUi: webUiOf(door, box, runId),
    plan,
    brief: null,
    users: [],
    last: null,
  });
}

interface Following {
  readonly box: string;
  readonly last: RunningRollout;
  readonly signal: AbortSignal;
}

async function followNow({ teller, log, people }: Watching, door: Door, { box, last, signal }: Following): Promise<void> {
  const { by, runId, rollout } = last;
  const common = { by, startedAt: last.startedAt.getTime(), webUi: webUiOf(door, box, runId) };
  let plan: Plan | null = null;
  let seenLast: RolloutStatus | null = null;
  let said = '';
  for await (const seen of follow(door, box, signal)) {
    if (seen.kind === 'silent') {
      if (leadsNowhere(seen.fault)) throw seen.fault;
      log(`${box}: ${seen.fault.sentence}`);
      continue;
    }
    // Between two looks another one has begun: the next round follows it.
    if (seen.kind === 'status' && rollout !== null && seen.rollout !== rollout) return;
    // What a step says each few seconds is nothing for a chat.
    const words = JSON.stringify({ ...seen, steps: [] });
    if (words === said) continue;
    said = words;
    // After a reset in Temporal it is another one.
    const outdated = seen.kind === 'finished' ? plan === null : seen.planDigest !== null && seen.planDigest !== plan?.digest;
    if (outdated) plan = await planOf(door, box, runId);
    const named = seen.kind === 'finished' && seen.rollout === '' ? { ...seen, rollout: rollout ?? runId } : seen;
    const asks = seen.kind === 'status' && seen.gate !== null;
    const brief = asks ? await briefOf(door, box).catch(() => null) : null;
    const users = asks ? usersToRing(await people(), plan, by) : [];
    tell(teller, named, { ...common, plan, brief, users, last: seenLast });
    if (seen.kind === 'status') seenLast = seen;
  }
}

/** For what the status does not say; without it the message is only shorter. */
async function planOf(door: Door, box: string, runId: string): Promise<Plan | null> {
  return walkedOf(door, box, runId).then(
    (walked) => walked?.plan ?? null,
    () => null,
  );
}
