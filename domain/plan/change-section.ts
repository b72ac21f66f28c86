/** What changes between two revisions: the newest of the log, how much there is, and which files of the config go. */
import type { Plan } from '../model/plan';
import { namesText } from './names-text';
import type { Section } from './section';

/** Enough to see what it is about; lockstep's log has them all. */
const SHOWN_CHANGES = 10;

export function changeSection(title: string, changes: readonly string[], more: readonly string[] = []): Section {
  if (changes.length === 0) return { title, lines: ['no change in the log', ...more] };
  const hidden = changes.length - SHOWN_CHANGES;
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes, newest first`;
  return {
    title,
    lines: [count, ...more],
    quoted: [...changes.slice(0, SHOWN_CHANGES), ...(hidden > 0 ? [`… and ${hidden} more`] : [])],
  };
}

/** By file: a program that still reads it would only find out at its start. */
export function goneLines({ lockers }: Plan): string[] {
  const moving = lockers.filter(({ action }) => action !== 'none');
  const files = new Set(moving.flatMap(({ goneConfig = [] }) => goneConfig));
  return [...files].toSorted().map((file) => {
    const names = moving.filter(({ goneConfig }) => goneConfig?.includes(file)).map(({ name }) => name);
    return `${file} is not in /Config any more (no template and no secret): ${namesText(names)}`;
  });
}
