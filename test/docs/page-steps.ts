/** A page as somebody goes through it: each command with the output that the page shows for it. */
import { blocksOf, commandsOf } from './find-commands';
import type { FoundCommand } from './find-commands';
import { NOT_RUN } from './not-run';
import { pageText } from './pages';

export interface PageStep extends FoundCommand {
  /** Lines of the `console` block that follows it; null: the page shows none. */
  readonly shown: readonly string[] | null;
}

export function stepsOf(page: string): PageStep[] {
  const text = pageText(page);
  const commands = commandsOf(page, text).filter(
    ({ where, command }) => where === 'block' && !NOT_RUN.some(({ fits }) => fits.test(command)),
  );
  const outputs = blocksOf(text).filter(({ kind }) => kind === 'console');
  return commands.map((command, index) => {
    const next = commands[index + 1]?.line ?? Number.POSITIVE_INFINITY;
    const output = outputs.find(({ line }) => line > command.line && line < next);
    return { ...command, shown: output?.lines ?? null };
  });
}
