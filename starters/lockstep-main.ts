/** The command line of `lockstep`: finds the verb and runs it. */
import { didYouMean } from '../domain/model/near-miss';
import { EXIT } from './exit-codes';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { newCommand, runCommand, wantsJson } from './run-command';
import { VERBS } from './verbs/verbs';

export async function lockstepMain(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...words] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return help(io, name !== undefined);
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry === undefined) return unknownVerb(name, argv, io);
  return runCommand(words, io, async () => {
    const verb = entry.load();
    const command = verb.flags(newCommand(`lockstep ${name}`, io, wantsJson(words)).description(`${sentence(entry.summary)}.`));
    command.parse(words, { from: 'user' });
    return verb.run(command.opts<never>(), io);
  });
}

/** Asked for, it is data; else it is what was wrong. */
function help(io: Io, asked: boolean): number {
  const width = Math.max(...VERBS.map(({ name }) => name.length));
  printLines(asked ? io.stdout : io.stderr, [
    'Usage: npm run lockstep -- <verb> --box <name> [flags]',
    '',
    ...VERBS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'npm run lockstep -- <verb> --help shows the flags of a verb.',
    'Exit codes: 0 done, 1 failed, 2 usage, 3 waiting for a person, 4 aborted or rolled back, 5 completed with exceptions, 130 detached.',
  ]);
  return asked ? EXIT.done : EXIT.usage;
}

function unknownVerb(name: string, argv: readonly string[], io: Io): number {
  const names = VERBS.map((verb) => verb.name);
  const what = `There is no verb ${JSON.stringify(name)}${didYouMean(name, names)}.`;
  const cure = `Verbs: ${names.join(', ')}.`;
  if (wantsJson(argv)) printObject(io, { kind: 'error', code: 'Usage', sentence: what, cure, evidence: [] });
  else printLines(io.stderr, [`error: ${what}`, `→ ${cure}`]);
  return EXIT.usage;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
