import { mayApprove } from '../../../domain/operator/may-approve';
import { aPolicy } from '../../support/builders';

const ANN = 'ann@desk';

test.each([
  [{}, ANN, ANN, null],
  [{ approvers: ['ann'] }, ANN, null, null],
  [{ approvers: ['ann@desk'] }, ANN, null, null],
  [{ approvers: ['ann@elsewhere', 'bob'] }, ANN, null, 'ann@desk is not among those who may approve here: ann@elsewhere, bob.'],
  [{ approvers: ['an'] }, ANN, null, 'ann@desk is not among'],
  [{ fourEyes: true }, ANN, 'bob@desk', null],
  [{ fourEyes: true }, ANN, ANN, 'ann@desk started it; somebody else has to approve (four eyes).'],
  // The same person at another desk is no second pair of eyes.
  [{ fourEyes: true }, 'ann@home', ANN, 'ann@home started it'],
  [{ fourEyes: true }, ANN, null, 'nobody knows who started it'],
  [{ fourEyes: true, approvers: ['bob'] }, ANN, 'bob@desk', 'not among those'],
])('%j: %s approves what %s started', (policy, actor, starter, why) => {
  const answer = mayApprove(aPolicy(policy), { actor, starter });
  if (why === null) expect(answer).toBeNull();
  else expect(answer).toContain(why);
});
