/** What `status` and the questions before a start and a roll-back say, in every state and for every reason to hold. */
import { decide } from '../../domain/decide/decide';
import { statusOf } from '../../domain/operator/rollout-status';
import { startQuestion } from '../../domain/plan/direction';
import { undoable } from '../../domain/plan/undoable';
import { noPaint } from '../../starters/render/paint';
import { statusTable } from '../../starters/render/status-table';
import { undoLines } from '../../starters/render/undo-lines';
import { aPlan, lockerName } from '../support/builders';
import { expectGolden } from '../support/golden';
import { HOLDS, STATES } from '../support/rollout-states';
import type { InState } from '../support/rollout-states';

const rollout = '11111111-1111-4111-8111-111111111111';

/** The phase is the workflow's: it ends with what the decider calls the end. */
function shown({ plan, progress, now }: InState): string[] {
  const decision = decide(plan, progress, now);
  const phase = decision.kind === 'done' ? decision.state : 'walking';
  return statusTable(statusOf({ box: plan.box, rollout, by: 'ann', phase, plan, progress, now }), noPaint);
}
const stateOf = (at: InState): string => {
  const decision = decide(at.plan, at.progress, at.now);
  return decision.state;
};

test.each(Object.entries(STATES))('the rollout that is shown as %s is in that state', (name, at) => {
  expect(stateOf(at)).toBe(name.split(' ')[0]);
});

test.each(Object.entries(HOLDS))('the rollout that is shown as held for %s is held for that, and nothing else', (reason, at) => {
  expect([stateOf(at), at.progress.holds.map((hold) => hold.reason)]).toEqual(['held', [reason]]);
});

test('status in every state', () => {
  expectGolden(
    'cli-every-state.txt',
    `${Object.values(STATES)
      .flatMap((at) => [...shown(at), '--'])
      .join('\n')}\n`,
  );
});

test('status for every reason to hold: what happened, and the commands that lift it', () => {
  expectGolden(
    'cli-every-hold.txt',
    `${Object.values(HOLDS)
      .flatMap((at) => [...shown(at), '--'])
      .join('\n')}\n`,
  );
});

test('the questions before a start and before a roll-back', () => {
  const mixed = aPlan({ lockers: 300, each: (number) => (number > 290 ? { on: null, current: null } : {}) });
  const { plan, progress } = STATES['completed-with-exceptions'];
  const all = aPlan({ lockers: 1, each: { [lockerName(1)]: { healthy: false } } });
  const lines = [startQuestion(mixed), startQuestion(all), ...undoLines(plan, undoable(plan, progress))];
  expectGolden('cli-questions.txt', `${lines.join('\n')}\n`);
});
