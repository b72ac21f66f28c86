/** What people can say to a rollout from chat: one shape for slash commands, buttons and webhooks. */
import type { BoxName } from '../../domain/model/ids';

/** What an answer was about when it was looked at, as the button or the sender carries it. */
export interface Looked {
  readonly rollout: string;
  readonly batch: number;
  /** All of it, or as many digits as a person types. */
  readonly digest: string;
  /** 0: nothing was adjusted. */
  readonly overlay: number;
  /** Of the gate, as status names it; absent: its sender does not say, and the one that stands is meant. */
  readonly opening?: number | undefined;
}

export type ChatCommand =
  | { readonly kind: 'help' }
  /** null: every box where something runs. */
  | { readonly kind: 'status'; readonly box: BoxName | null }
  | {
      readonly kind: 'approve' | 'reject';
      readonly box: BoxName;
      /** null: typed by hand; then `batch` and `digest` are all that was said. */
      readonly looked: Looked | null;
      readonly batch: number;
      readonly digest: string | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'pause'; readonly box: BoxName; readonly forMs: number | null; readonly reason: string | null }
  | { readonly kind: 'resume' | 'abort'; readonly box: BoxName; readonly reason: string | null };

export type CommandKind = ChatCommand['kind'];

/** Which roles of the fleet file may say it. */
export const RIGHTS: Readonly<Record<CommandKind, readonly string[]>> = {
  help: ['view', 'operate', 'approve', 'admin'],
  status: ['view', 'operate', 'approve', 'admin'],
  approve: ['approve', 'admin'],
  reject: ['approve', 'admin'],
  pause: ['operate', 'admin'],
  resume: ['operate', 'admin'],
  abort: ['operate', 'admin'],
};
