/**
 * Slack's Web API over plain HTTP: POST with JSON and the bot's token. Slack answers 200 with `ok: false` for what it
 * refuses, 429 with Retry-After for too many; anything else, and no answer, leaves open whether it was done.
 */
import { z } from 'zod';

export type SlackAnswer =
  | { readonly kind: 'ok'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'later'; readonly afterMs: number }
  /** `sent`: it may have been done. */
  | { readonly kind: 'no-answer'; readonly why: string; readonly sent: boolean };

export type SlackApi = (method: string, args: Readonly<Record<string, unknown>>) => Promise<SlackAnswer>;

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const ANSWERS_WITHIN_MS = 15_000;
const LEAST_WAIT_MS = 1_000;

export interface SlackApiOptions {
  /** Without a slash at its end: https://slack.com/api. */
  readonly base: string;
  readonly token: string;
}

export function makeSlackApi({ base, token }: SlackApiOptions): SlackApi {
  return async (method, args) => {
    const { type, body } = encoded(args);
    try {
      const response = await fetch(`${base}/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
      });
      if (response.status === 429) return { kind: 'later', afterMs: retryAfterMs(response.headers.get('retry-after')) };
      const text = await response.text();
      if (!response.ok) return { kind: 'no-answer', why: `HTTP ${response.status}`, sent: true };
      return read(text);
    } catch (error) {
      return { kind: 'no-answer', why: reasonOf(error), sent: !neverLeft(error) };
    }
  };
}

/** Not every method takes JSON; every one takes a form, where nothing is nested. */
function encoded(args: Readonly<Record<string, unknown>>): { readonly type: string; readonly body: string } {
  const flat = Object.entries(args).every(([, value]) => typeof value !== 'object');
  if (!flat) return { type: 'application/json; charset=utf-8', body: JSON.stringify(args) };
  const fields = Object.entries(args).map(([name, value]): [string, string] => [name, String(value)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() };
}

function read(text: string): SlackAnswer {
  try {
    const answer = Answer.parse(JSON.parse(text));
    if (answer.ok) return { kind: 'ok', data: answer };
    return { kind: 'error', error: answer.error ?? 'unknown_error' };
  } catch {
    return { kind: 'no-answer', why: 'the answer is not of Slack', sent: true };
  }
}

/** Seconds, or a date. */
export function retryAfterMs(header: string | null, nowMs = Date.now()): number {
  const seconds = Number(header);
  const ms = header !== null && Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header ?? '') - nowMs;
  return Number.isFinite(ms) ? Math.max(LEAST_WAIT_MS, ms) : LEAST_WAIT_MS;
}

/** As fetch throws it: what went wrong is in the cause. */
interface FetchError {
  readonly name?: string;
  readonly message?: string;
  readonly cause?: { readonly message?: string; readonly code?: string };
}

export function reasonOf(error: unknown): string {
  const { name, message = String(error), cause } = error as FetchError;
  if (name === 'TimeoutError') return `no answer within ${ANSWERS_WITHIN_MS / 1_000} s`;
  return (cause?.message || cause?.code) ?? message;
}

const NO_CONNECTION = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

/** No connection came about: nothing was done for sure. */
export const neverLeft = (error: unknown): boolean => NO_CONNECTION.includes((error as FetchError).cause?.code ?? '');
