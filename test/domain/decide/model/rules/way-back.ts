/** The way back of a whole rollout. */
import type { Rule } from '../step';

export const onlyWhatWasChangedGoesBack: Rule =
  (plan) =>
  ({ event, before, after, box }) => {
    for (const { name, from } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      if (is?.stage === 'restoring' && from === null) return `${name} is restored to nothing`;
      if (was?.back === true && is?.back !== true && event.kind !== 'retryLocker') return `${name} forgot that it goes back`;
      if (was?.back === true || is?.back !== true) continue;
      const { on, byStranger } = box.truthOf(name);
      // Of one that could not be reached, or was half way, nobody knows; the box does nothing where nothing is to do.
      if (on === 'from' && !byStranger && is.cameAs !== 'unreachable' && is.halfWay !== true)
        return `${name} is to go back, and was never changed`;
      if (from === null) return `${name} is to go back to nothing`;
    }
    if (!before.rollback || event.kind !== 'begin') return null;
    return before.lockers[event.locker]?.back === true ? null : `${event.locker} begins its way forward`;
  };

/** Once each, unless a person has it tried again. */
export const noOneGoesBackTwice: Rule =
  (plan) =>
  ({ before, after, event }) => {
    const twice = plan.lockers.find(({ name }) => {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      const again = event.kind === 'retryLocker' && event.locker === name;
      return was?.back === true && was.stage === 'ended' && is?.stage !== 'ended' && !again;
    });
    return twice ? `${twice.name} goes back a second time` : null;
  };

/** At its end nobody is left on the new release without being listed with a reason. */
export const nobodyIsLeftUnlisted: Rule =
  (plan) =>
  ({ decision, after, box }) => {
    if (decision.kind !== 'done' || !after.rollback || after.abort || after.fault) return null;
    const left = plan.lockers.find(({ name, action, from }) => {
      const { end, reason, cameAs } = after.lockers[name] ?? {};
      const { on, byStranger } = box.truthOf(name);
      if (action === 'none' || byStranger || on !== 'new') return false;
      const stays = reason?.includes('can not go back') === true;
      return reason === null || end === 'restored' || (end === 'skipped' && from !== null && cameAs !== 'skipped' && !stays);
    });
    return left
      ? `${left.name} is still on the new release, as ${after.lockers[left.name]?.end}: ${after.lockers[left.name]?.reason}`
      : null;
  };
