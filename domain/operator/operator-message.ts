/** What a person can say to a rollout, as far as permissions look at it. */
import type { LockerName } from '../model/ids';
import type { Adjustable } from '../model/progress';
import type { Proof } from './assertion';

export type OperatorMessage =
  | {
      readonly kind: 'approve' | 'reject';
      readonly batch: number;
      readonly planDigest: string;
      readonly actor?: string;
      readonly overlay?: number;
      readonly opening?: number;
      /** Of an approval alone: whoever stops something needs none. */
      readonly proof?: Proof;
    }
  | { readonly kind: 'resume' | 'abort' | 'rollBack' }
  | { readonly kind: 'pause'; readonly until?: number | null }
  | { readonly kind: 'adjust'; readonly rules: Adjustable }
  | { readonly kind: 'retryLocker' | 'skipLocker'; readonly locker: LockerName };
/** A digest may be cut to this many digits by people who type it. */
export const DIGEST_DIGITS = 12;

/** Said by the state and by the message alike. */
export const NO_GATE = 'no batch waits for an approval. Wait until status asks for one.';
