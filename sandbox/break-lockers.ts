/** `sandbox break`: makes lockers misbehave, or behave again. */
import { askBuild } from './ask-locker';
import { misbehave, ON_ANY_BUILD } from './misbehaviour';
import type { MisbehaviourKind } from './misbehaviour';
import type { BoxState } from './sandbox-state';

/** Returns what it did, for people. By default the faults of a release show on the next one only. */
export async function breakLocker(box: BoxState, locker: string, kind: MisbehaviourKind, always: boolean): Promise<string> {
  const build = always || ON_ANY_BUILD.has(kind) ? null : await askBuild(box, locker);
  await misbehave(box, locker, { kind, when: build === null ? 'always' : { notBuild: build } });
  return `${locker} on ${box.name}: ${kind} ${build === null ? 'from now on' : `on every build but ${build}`}`;
}

export async function mendLockers(box: BoxState, lockers: readonly string[]): Promise<string> {
  for (const locker of lockers) await misbehave(box, locker, null);
  return `${lockers.join(', ')} on ${box.name}: behaves again`;
}
