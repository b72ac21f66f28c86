/** One part of a Slack message, as Slack takes it. */
export type Block = { readonly type: string } & Readonly<Record<string, unknown>>;
