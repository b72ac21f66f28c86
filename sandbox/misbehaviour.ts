/** What a sandbox locker can be told to do wrong (locker-service/misbehave.js reads the file). */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { boxLayout } from './sandbox-layout';
import type { BoxState } from './sandbox-state';

export const MISBEHAVIOURS = [
  'ignore-term',
  'never-idle',
  'crash-50ms',
  'crash-3s',
  'crash-40s',
  'flap',
  'wrong-build',
  'fails-check',
  'mute-check',
] as const;

export const Misbehaviour = z.strictObject({
  kind: z.enum(MISBEHAVIOURS),
  /** `notBuild`: on every build but that one, so that the way back is clear. */
  when: z.union([z.literal('always'), z.strictObject({ notBuild: z.string() })]).default('always'),
});
export type Misbehaviour = z.input<typeof Misbehaviour>;
export type MisbehaviourKind = (typeof MISBEHAVIOURS)[number];

/** These show on the running release: a rollout meets them before it has changed anything. */
export const ON_ANY_BUILD: ReadonlySet<MisbehaviourKind> = new Set(['ignore-term', 'never-idle']);

const fileOf = (box: BoxState, locker: string) => join(boxLayout(box.folder).me(locker), '.misbehave.json');

/** null: behave again. */
export async function misbehave(box: BoxState, locker: string, how: Misbehaviour | null): Promise<void> {
  if (how === null) return rm(fileOf(box, locker), { force: true });
  await writeFile(fileOf(box, locker), `${JSON.stringify(Misbehaviour.parse(how))}\n`);
}

export async function misbehaviourOf(box: BoxState, locker: string): Promise<z.output<typeof Misbehaviour> | null> {
  const text = await readFile(fileOf(box, locker), 'utf8').catch(() => null);
  return text === null ? null : Misbehaviour.parse(JSON.parse(text));
}
