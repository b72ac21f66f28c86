/** How lockers end: once, in one way, and as the box can tell. */
import { countEnds } from '../../../../../domain/decide/count-ends';
import type { Rule } from '../step';

export const endedStaysEnded: Rule =
  (plan) =>
  ({ before, after, event, origin }) => {
    for (const { name } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      if (was?.stage !== 'ended' || !is) continue;
      if (origin === 'door' && event.kind === 'retryLocker' && event.locker === name) continue;
      // The full checks fail on it: it goes back, or has nowhere to go.
      if (event.kind === 'checked' && was.end === 'updated') continue;
      // It crashes again and again since.
      if (event.kind === 'crash-loop' && event.locker === name && was.end === 'updated') continue;
      const turned = after.rollback && is.back === true && was.back !== true;
      if (!turned && (is.stage !== 'ended' || is.end !== was.end))
        return `${name} had ended ${was.end} and is ${is.end ?? is.stage}`;
    }
    return null;
  };

export const oneEndEach: Rule =
  (plan) =>
  ({ after, decision }) => {
    for (const { name } of plan.lockers) {
      const at = after.lockers[name];
      if (!at) return `${name} is lost`;
      if ((at.end !== null) !== (at.stage === 'ended')) return `${name} is ${at.stage} with the end ${at.end}`;
    }
    const { planned, ...ends } = countEnds(after);
    const sum = Object.values(ends).reduce((total, count) => total + count, 0);
    if (planned !== plan.lockers.length) return `${planned} are planned, and the plan has ${plan.lockers.length}`;
    return decision.kind === 'done' && sum !== planned ? `${sum} ended of ${planned}` : null;
  };

/** Each request to the box has a token of its own: locker, cycle, step. */
export const noTokenTwice: Rule = (plan) => {
  const asked = new Set<string>();
  return ({ before, after, origin }) => {
    if (origin === 'refused') return null;
    for (const { name } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      if (!is || !was || (is.stage === was.stage && is.cycle === was.cycle)) continue;
      if (is.cycle < was.cycle) return `${name} counts its cycles down, from ${was.cycle} to ${is.cycle}`;
      if (['waiting', 'stuck', 'inconclusive', 'ended'].includes(is.stage)) continue;
      const token = `${name}/${is.cycle}/${is.stage}`;
      if (asked.has(token)) return `${token} is asked for a second time`;
      asked.add(token);
    }
    return null;
  };
};

const TELLS: Readonly<Record<string, 'from' | 'new'>> = { updated: 'new', restored: 'from', skipped: 'from' };

/** Where nobody else moved the locker and no link broke in the middle, its end names where its `current` is. */
export const theEndIsTrue: Rule =
  (plan) =>
  ({ before, after, box }) => {
    for (const { name, action } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      const told = is?.end ? TELLS[is.end] : undefined;
      const { on, byStranger } = box.truthOf(name);
      if (!is || was?.end === is.end || byStranger || action === 'none') continue;
      // Its link was moved while somebody kept it stopped: it says so itself.
      if (is.end === 'skipped' && (is.linked || is.halfWay)) continue;
      if (told !== undefined && on !== told) return `${name} ended ${is.end}, and is on ${on} (${is.reason})`;
      if (is.end === 'unchanged' && on !== 'new') return `${name} ended unchanged, and is on ${on}`;
    }
    return null;
  };

/** Called updated or restored is only who was seen to be well, or is kept stopped by its owner. */
export const nobodyIsWellUnseen: Rule =
  (plan) =>
  ({ before, after, event }) => {
    for (const { name, action } of plan.lockers) {
      const [was, is] = [before.lockers[name], after.lockers[name]];
      if (!is || is.end === was?.end || (is.end !== 'updated' && is.end !== 'restored')) continue;
      // On the way back no check is asked but that it serves.
      const unclear = event.kind === 'verify' && event.outcome.kind === 'inconclusive';
      const well = (unclear && is.end === 'restored') || (event.kind === 'verify' && event.outcome.kind === 'healthy');
      const moved = event.kind === 'update' || event.kind === 'restore' ? event.outcome.kind : null;
      const linked = moved === 'linked' || (moved === 'already' && action === 'link');
      // One that is not touched stays what it was: on the way back, or where it was to be tried again.
      const told = (was?.stage === 'inconclusive' || unclear) && is.reason !== null;
      const stayed = (was?.back === true && is.end === 'updated') || was?.former?.end === is.end || told;
      if (!well && !stayed && !(linked && (action === 'link' || event.kind === 'restore'))) return `${name} by ${event.kind}`;
    }
    return null;
  };

export const successIsWhole: Rule =
  () =>
  ({ decision, after }) => {
    if (decision.kind !== 'done' || decision.state !== 'succeeded') return null;
    const not = Object.entries(after.lockers).filter(([, { end }]) => end !== 'updated' && end !== 'unchanged');
    return not.length === 0 ? null : `it succeeded, and ${not.map(([name, { end }]) => `${name} ${end}`).join(', ')}`;
  };
