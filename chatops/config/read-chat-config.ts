/** chatops.yaml and the secrets that it points at, read and checked once at the start. No message of it quotes a secret. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { Fault } from '../../domain/faults';
import type { BoxName } from '../../domain/model/ids';
import { schemaProblems } from '../../domain/model/schema-problems';
import { offsetOf } from '../../domain/model/yaml-offset';
import { yamlProblems } from '../../domain/model/yaml-problems';
import type { Retry } from '../outbox/back-off';
import { webhookKey } from '../webhooks/webhook-signature';
import { ChatConfigInput } from './chat-config';
import type { SecretPlace } from './chat-config';

export interface SlackConfig {
  readonly channel: string;
  readonly team: string | null;
  readonly signingSecret: string;
  readonly token: string;
  readonly api: string;
  readonly responses: string;
}
export interface Caller {
  readonly name: string;
  readonly keys: readonly Buffer[];
  readonly people: readonly string[];
}
export interface Listener {
  readonly name: string;
  readonly keys: readonly Buffer[];
  readonly url: string;
  /** null: all. */
  readonly events: readonly string[] | null;
}
export interface ChatConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly boxes: readonly BoxName[] | null;
  /** Absolute; null: in Lockstep's home. */
  readonly state: string | null;
  /** `keyFile` absolute. */
  readonly identity: { readonly keyId: string; readonly keyFile: string } | null;
  readonly slack: SlackConfig | null;
  readonly callers: readonly Caller[];
  readonly listeners: readonly Listener[];
  readonly retry: Retry;
  readonly updateEveryMs: number;
}

/** `file` is absolute. Fault: ChatConfigInvalid. */
export function readChatConfig(file: string, env: NodeJS.ProcessEnv): ChatConfig {
  const written = parseChatConfig(textOf(file), file);
  const secret = (place: SecretPlace, what: string) => readSecret(place, { what, file, env });
  const keys = (places: SecretPlace | readonly SecretPlace[], what: string) =>
    [places].flat().map((place) => keyOf(secret(place, what), what));
  const { slack, webhooks, identity, retry, boxes, state } = written;
  return {
    listen: written.listen,
    boxes: boxes ?? null,
    state: state === undefined ? null : resolve(dirname(file), state),
    identity: identity === undefined ? null : { keyId: identity.keyId, keyFile: resolve(dirname(file), identity.keyFile) },
    slack:
      slack === undefined
        ? null
        : {
            channel: slack.channel,
            team: slack.team ?? null,
            signingSecret: secret(slack.signingSecret, 'slack.signingSecret'),
            token: secret(slack.token, 'slack.token'),
            api: slack.api.replace(/\/+$/, ''),
            responses: slack.responses,
          },
    callers: webhooks.in.map(({ name, secret: places, people }) => ({ name, people, keys: keys(places, `webhooks.in ${name}`) })),
    listeners: webhooks.out.map(({ name, url, secret: places, events = null }) => ({
      name,
      url,
      events,
      keys: keys(places, `webhooks.out ${name}`),
    })),
    retry: { firstMs: retry.first, mostMs: retry.most, giveUpAfterMs: retry.giveUpAfter },
    updateEveryMs: written.updateEvery,
  };
}

/** Every problem with line and column, as fleet.yaml's. */
export function parseChatConfig(text: string, file: string): ChatConfigInput {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const parsed = ChatConfigInput.safeParse(document.toJS());
  const wrong = yamlProblems(document, text);
  const found =
    wrong.length > 0 || parsed.success
      ? wrong
      : schemaProblems(ChatConfigInput, document.toJS(), parsed.error.issues).map(({ path, sentence, at }) => ({
          offset: offsetOf(document, path, at),
          text: `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${isSecret(path) ? A_PLACE : sentence}`,
        }));
  const evidence = found.map(({ offset, text: what }) => {
    const { line, col } = lines.linePos(offset);
    return `${file.slice(file.lastIndexOf('/') + 1)}:${Math.max(line, 1)}:${Math.max(col, 1)} ${what}`;
  });
  if (evidence.length > 0) throw invalid(`${file} is not valid: ${evidence[0]}.`, evidence);
  if (!parsed.success) throw parsed.error;
  const { slack, webhooks } = parsed.data;
  if (slack === undefined && webhooks.in.length + webhooks.out.length === 0)
    throw invalid(`${file} names neither slack nor webhooks: there is nobody to talk to.`);
  return parsed.data;
}

/** Somebody may have written the secret itself there. */
const isSecret = (path: readonly PropertyKey[]): boolean => path.some((key) => SECRET_KEYS.includes(String(key)));
const SECRET_KEYS: readonly string[] = ['signingSecret', 'token', 'secret'];
const A_PLACE = 'a secret is not written here, only where it is: { file: path } or { env: NAME }';

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${file} can not be read.`, [(error as Error).message]);
  }
}

interface Where {
  readonly what: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}

function readSecret(place: SecretPlace, { what, file, env }: Where): string {
  if ('env' in place) {
    const value = env[place.env]?.trim() ?? '';
    if (value === '') throw invalid(`${what} is in the variable ${place.env}, which is not set.`);
    return value;
  }
  const path = resolve(dirname(file), place.file);
  try {
    const value = readFileSync(path, 'utf8').trim();
    if (value !== '') return value;
  } catch (error) {
    throw invalid(`${what} is in ${path}, which can not be read.`, [(error as NodeJS.ErrnoException).code ?? 'unreadable']);
  }
  throw invalid(`${what} is in ${path}, which is empty.`);
}

function keyOf(secret: string, what: string): Buffer {
  const key = webhookKey(secret);
  if (key === null) throw invalid(`The secret of ${what} is none of Standard Webhooks: whsec_ and 24 to 64 bytes in base64.`);
  return key;
}

const invalid = (sentence: string, evidence: readonly string[] = []): Fault =>
  new Fault('ChatConfigInvalid', sentence, { evidence });
