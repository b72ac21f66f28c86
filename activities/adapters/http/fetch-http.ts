/** HttpPort by fetch. A whole exchange has one deadline, its body included. */
import type { HttpPort, HttpRequest, HttpSeen } from '../../ports/http-port';

/** The beginning says enough. */
const MAX_BODY = 2_000;

export const fetchHttp: HttpPort = { ask };

async function ask({ method, url, headers = {}, body, timeoutMs, signal }: HttpRequest): Promise<HttpSeen> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([deadline, signal]) : deadline;
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: either,
      ...(body !== undefined && { body }),
    });
    return { kind: 'answer', status: response.status, body: await startOf(response) };
  } catch (error) {
    // Left by the caller, not unanswered.
    signal?.throwIfAborted();
    return { kind: 'none', detail: deadline.aborted ? `no answer in ${timeoutMs} ms` : reasonOf(error) };
  }
}

async function startOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < MAX_BODY) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text.slice(0, MAX_BODY);
}

/** fetch hides the telling part in its cause. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error as Error).message;
}
