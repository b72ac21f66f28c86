/** Carries out one command of one person, through the operations that the command line uses too. The answer is for that person alone. */
import { Fault } from '../../domain/faults';
import type { BoxName } from '../../domain/model/ids';
import type { Finished, RolloutStatus } from '../../domain/model/status';
import type { Door } from '../../starters/operations/door';
import { sendAbort, sendApprove, sendPause, sendReject, sendResume } from '../../starters/operations/send';
import { signApproval } from '../../starters/operations/sign-approval';
import type { Signer } from '../../starters/operations/sign-approval';
import { runningStatusOf, statusOf } from '../../starters/operations/status-of';
import type { Act, ApproveMessage } from '../../workflows/messages';
import { statusWords } from '../render/status-words';
import type { ChatCommand, Looked } from './command';
import { HELP } from './parse-command';
import { refusePerson } from './person';
import type { Person } from './person';
import { staleAnswer } from './stale-answer';

export interface Acting {
  readonly door: () => Promise<Door>;
  readonly boxes: readonly BoxName[];
  /** null: a person is only claimed. */
  readonly signer: Signer | null;
  readonly now: () => number;
}

export interface Acted {
  readonly done: boolean;
  /** For people; a refusal is an answer too. */
  readonly answer: string;
}

export async function act(acting: Acting, person: Person, command: ChatCommand): Promise<Acted> {
  const refused = refusePerson(person, command.kind);
  if (refused !== null) return { done: false, answer: refused };
  try {
    return await carryOut(acting, person, command);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { done: false, answer: error.code === 'MessageRefused' ? error.sentence : error.message };
  }
}

const done = (answer: string): Acted => ({ done: true, answer });

async function carryOut(acting: Acting, person: Person, command: ChatCommand): Promise<Acted> {
  if (command.kind === 'help') return done(['What can be said here:', ...HELP.map((line) => `• ${line}`)].join('\n'));
  const door = await acting.door();
  if (command.kind === 'status') return done(await statusAnswer(door, command.box === null ? acting.boxes : [command.box]));
  const { box, reason } = command;
  const by: Act = { actor: person.actor, ...(reason !== null && { reason }) };
  switch (command.kind) {
    case 'approve':
    case 'reject':
      return answerGate(acting, door, by, command);
    case 'pause': {
      const { forMs } = command;
      const until = forMs === null ? {} : { until: new Date(acting.now() + forMs).toISOString() };
      return done(await sendPause(door, box, { ...by, ...until }));
    }
    case 'resume':
      return done(await sendResume(door, box, by));
    case 'abort':
      break;
  }
  return done(await sendAbort(door, box, by));
}

type Answer = Extract<ChatCommand, { kind: 'approve' | 'reject' }>;

async function answerGate({ signer }: Acting, door: Door, by: Act, answer: Answer): Promise<Acted> {
  const { kind, box } = answer;
  const now = await (answer.looked === null ? runningStatusOf(door, box) : statusOf(door, box));
  const looked = answer.looked ?? lookedNow(answer, now as RolloutStatus);
  const stale = answer.looked === null ? null : staleAnswer(looked, now);
  if (stale !== null) return { done: false, answer: stale };
  const { rollout, batch, digest, overlay } = looked;
  const opening = looked.opening ?? (now.kind === 'status' ? now.gate?.opening : undefined) ?? 0;
  const message: ApproveMessage = { ...by, batch, planDigest: digest, opening, ...(overlay > 0 && { overlay }) };
  if (kind === 'reject') return done(await sendReject(door, box, message));
  if (signer === null) return done(await sendApprove(door, box, message));
  const proof = signApproval(signer, { rollout, batch, digest, overlay, opening, actor: by.actor });
  return done(await sendApprove(door, box, { ...message, ...proof }));
}

/** Typed by hand: of the plan that runs now, unless digits of another one were typed. */
function lookedNow({ batch, digest }: Answer, { rollout, planDigest, overlay }: RolloutStatus): Looked {
  const same = digest === null || planDigest?.startsWith(digest) === true;
  return { rollout, batch, digest: (same ? planDigest : digest) ?? '', overlay: overlay?.number ?? 0 };
}

async function statusAnswer(door: Door, boxes: readonly BoxName[]): Promise<string> {
  const lines = await Promise.all(boxes.map(async (box) => ({ box, now: await statusOrNone(door, box) })));
  const asked = boxes.length === 1;
  const told = lines.filter(({ now }) => asked || now?.kind === 'status');
  if (told.length === 0) return `Nothing runs on ${boxes.join(', ')}.`;
  return told.map(({ box, now }) => (now === null ? `${box}: no rollout yet` : statusWords(now))).join('\n');
}

async function statusOrNone(door: Door, box: BoxName): Promise<RolloutStatus | Finished | null> {
  try {
    return await statusOf(door, box);
  } catch (error) {
    if (error instanceof Fault && error.code === 'NoRollout') return null;
    throw error;
  }
}
