/** The chat process: its door for requests, its outbox, and a watcher for each box, until the signal. */
import { existsSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFleetFile } from '../activities/adapters/fleet-file';
import { Fault } from '../domain/faults';
import { BoxName } from '../domain/model/ids';
import type { Fleet } from '../domain/model/fleet';
import { withLock } from '../embedded/with-lock';
import { openSigner } from '../starters/operations/sign-approval';
import type { Acting } from './commands/act';
import type { ChatConfig } from './config/read-chat-config';
import { startChatServer } from './http/chat-server';
import type { Route } from './http/chat-server';
import { openChatJournal } from './outbox/chat-journal';
import type { ChatJournal } from './outbox/chat-journal';
import { deliverByTarget } from './outbox/deliver-by-target';
import { makeOutbox } from './outbox/outbox';
import type { Outbox } from './outbox/outbox';
import { journalIn, reviveMark } from './state-files';
import { slackRoutes } from './slack/slack-routes';
import { makeChatDoor } from './watch/chat-door';
import { watchBox } from './watch/watch-box';
import { webhookRoutes } from './webhooks/webhook-routes';

export interface ServeChat {
  readonly config: ChatConfig;
  /** Absolute paths. */
  readonly fleetFile: string;
  readonly stateFolder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly listening: (url: string) => void;
}

/** Between two looks at a box on which nothing runs. */
const IDLE_LOOK_MS = 3_000;
const REVIVE_LOOK_MS = 2_000;

export async function serveChat(serve: ServeChat): Promise<void> {
  const { stateFolder } = serve;
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const lock = join(stateFolder, 'chat.lock');
  const onWait = (pid: number) => {
    throw new Fault('ChatStateUnusable', `Another chatops (process ${pid}) keeps its outbox in ${stateFolder}.`, {
      cure: 'End that one, or give this one another folder (`state` in chatops.yaml).',
    });
  };
  await withLock(lock, { deadlineMs: 0, onWait }, () => serveHere(serve));
}

async function serveHere(serve: ServeChat): Promise<void> {
  const { config, env, log, signal, stateFolder } = serve;
  const fleetFile = makeFleetFile(serve.fleetFile);
  const boxes = boxesOf(config, await fleetFile.read());
  const { identity } = config;
  const signer = identity === null ? null : openSigner(identity.keyFile, identity.keyId);
  const journal = openChatJournal(journalIn(stateFolder));
  const outbox = makeOutbox({
    journal,
    log,
    retry: config.retry,
    pauseMs: config.updateEveryMs,
    deliver: deliverByTarget(config),
  });
  const chatDoor = makeChatDoor(env);
  const acting: Acting = { boxes, signer, now: Date.now, door: () => chatDoor.open() };
  const routes = routesOf({ config, journal, outbox, acting, fleet: () => fleetFile.read(), log });
  const server = await startChatServer({ ...config.listen, routes, log });
  serve.listening(server.url);
  const teller = { journal, outbox, slack: config.slack, listeners: config.listeners, now: Date.now };
  const people = async () =>
    fleetFile.read().then(
      (fleet) => fleet.people,
      () => ({}),
    );
  const watching = { chatDoor, teller, people, log, everyMs: IDLE_LOOK_MS };
  try {
    await Promise.all([
      outbox.run(signal),
      reviveWhenAsked(outbox, stateFolder, signal),
      ...boxes.map((box) => watchBox(watching, box, signal)),
    ]);
  } finally {
    await server.close();
    await chatDoor.close();
    journal.close();
  }
}

interface Routing {
  readonly config: ChatConfig;
  readonly journal: ChatJournal;
  readonly outbox: Outbox;
  readonly acting: Acting;
  readonly fleet: () => Promise<Fleet>;
  readonly log: (line: string) => void;
}

function routesOf({ config, ...parts }: Routing): ReadonlyMap<string, Route> {
  const { slack, callers } = config;
  return new Map([...(slack === null ? [] : slackRoutes({ ...parts, slack })), ...webhookRoutes({ ...parts, callers })]);
}

function boxesOf({ boxes }: ChatConfig, fleet: Fleet): BoxName[] {
  const all = Object.keys(fleet.boxes).map((name) => BoxName.parse(name));
  const unknown = (boxes ?? []).find((box) => !all.includes(box));
  if (unknown === undefined) return boxes === null ? all : [...boxes];
  throw new Fault('ChatConfigInvalid', `chatops.yaml names the box ${unknown}, which is not in ${fleet.file}.`, {
    evidence: [`boxes: ${all.join(', ')}`],
  });
}

async function reviveWhenAsked(outbox: Outbox, folder: string, signal: AbortSignal): Promise<void> {
  const mark = reviveMark(folder);
  const look = () => {
    if (!existsSync(mark)) return;
    outbox.revive();
    rmSync(mark, { force: true });
  };
  look();
  const timer = setInterval(look, REVIVE_LOOK_MS);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(timer);
}
