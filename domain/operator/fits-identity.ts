/** Whether an approval is proven as its policy demands, as far as that can be said without crypto. Pure. */
import type { BoxName } from '../model/ids';
import { matchAssertion, parseAssertion } from './assertion';
import type { Proof } from './assertion';
import { openingOf } from './opening-of';
import type { RolloutView } from './rollout-view';

interface Answering {
  readonly batch: number;
  readonly actor: string;
  readonly overlay: number;
  readonly proof?: Proof;
}

/** null: it is, if the signature is right. Else the rest of a sentence: why not, and what to do. */
export function fitsIdentity({ proof, ...answer }: Answering, { box, rollout, plan, progress, now }: RolloutView): string | null {
  if (plan === null || progress === null) return null;
  if (proof === undefined) return plan.policy.identity === 'proven' ? onlyClaimed(answer.actor, box) : null;
  const said = parseAssertion(proof.assertion);
  if (typeof said === 'string') return said;
  const wrong = matchAssertion(said, { ...answer, rollout, digest: plan.digest, opening: openingOf(progress.gate) }, now);
  if (wrong !== null) return wrong;
  const used = progress.approvals.find(({ nonce }) => nonce === said.nonce);
  return used ? `its nonce was used already, for batch ${used.batch}. Approve again.` : null;
}

const onlyClaimed = (actor: string, box: BoxName): string =>
  `${actor} is only a claim, and here an approval must be proven (identity: proven). ` +
  `Approve from the chat or the console, or sign it: \`npm run lockstep -- approve --box ${box} --sign-with KEYFILE\`.`;
