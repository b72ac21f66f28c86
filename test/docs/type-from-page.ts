/**
 * A command exactly as a page tells people to type it, run by a suite that has the host for it. What it
 * adds says only where: the test's own fleet, key, server. commands.test.ts finds the calls, so that a
 * command of a page counts as run where one stands.
 */
import { runCli } from '../support/cli';
import type { Ended } from '../support/cli';
import { commandsOf } from './find-commands';
import { pageText } from './pages';
import { wordsOf } from './words-of';

export interface Where {
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export async function typeFromPage(page: string, command: string, { flags, env }: Where): Promise<Ended> {
  const told = commandsOf(page, pageText(page)).some((found) => found.where === 'block' && found.command === command);
  if (!told) throw new Error(`${page} has no block with the command ${command}`);
  const words = wordsOf(command);
  const program = words.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const settings = Object.fromEntries(words.slice(0, program).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  const [npm, run, script = '', dashes, ...args] = words.slice(program);
  if (npm !== 'npm' || run !== 'run' || dashes !== '--') throw new Error(`not a command of ours with flags: ${command}`);
  return runCli(script as Parameters<typeof runCli>[0], [...args, ...flags], { ...settings, ...env });
}
