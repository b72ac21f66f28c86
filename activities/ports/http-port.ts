/** HTTP from the worker. Whatever comes of it is a value. Implementation: adapters/http. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}
export type HttpSeen =
  /** A redirect is an answer; it is not followed. */
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'none'; readonly detail: string };

export interface HttpPort {
  ask(request: HttpRequest): Promise<HttpSeen>;
}
