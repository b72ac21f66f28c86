/**
 * fleet.yaml's text → `Fleet`, or one Fault with every problem as a line of evidence that begins
 * `fleet.yaml:12:7`, so that an editor jumps there and a person mends all of them in one go.
 */
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { Fault } from '../faults';
import { FleetInput } from './fleet';
import type { Fleet } from './fleet';
import { didYouMean } from './near-miss';
import { peopleProblems } from './people-problems';
import { schemaProblems } from './schema-problems';
import type { SchemaProblem } from './schema-problems';
import { offsetOf } from './yaml-offset';
import { yamlProblems } from './yaml-problems';
import type { PlacedProblem } from './yaml-problems';

interface Problem extends PlacedProblem {
  readonly later?: boolean;
}

/** `file` is absolute: relative repositories count from its folder. Faults: FleetFileInvalid, NotAvailableYet. */
export function parseFleet(text: string, file: string): Fleet {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  refuse(file, lines, yamlProblems(document, text));
  const written = valuesOf(document, file);
  const parsed = FleetInput.safeParse(written);
  const found = parsed.success ? [] : schemaProblems(FleetInput, written, parsed.error.issues);
  const problems = [...found, ...unknownServices(written), ...peopleProblems(written)].map((problem) => place(document, problem));
  refuse(file, lines, problems);
  // Every issue is a problem, and `refuse` throws for one: past it, a bug of ours.
  if (!parsed.success) throw parsed.error;
  return { ...parsed.data, file };
}

/** Aliases of aliases can make a small text a huge value: the parser refuses that. */
function valuesOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Fault('FleetFileInvalid', `The fleet file ${file} is not valid: ${(error as Error).message}.`);
  }
}

/** Each box names a service that exists. Looked up in what was written, so that it is found beside other problems. */
function unknownServices(written: unknown): SchemaProblem[] {
  const { services, boxes } = written as Record<string, unknown>;
  if (!isSection(services) || !isSection(boxes)) return [];
  const known = Object.keys(services);
  return Object.entries(boxes).flatMap(([box, section]) => {
    const service = isSection(section) ? section['service'] : undefined;
    if (typeof service !== 'string' || known.includes(service)) return [];
    const hint = didYouMean(service, known) || `; there are: ${known.join(', ') || 'none'}`;
    const sentence = `names the service ${JSON.stringify(service)}, which is not in services${hint}`;
    return [{ path: ['boxes', box, 'service'], at: 'value', later: false, sentence }];
  });
}

const isSection = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function place(document: Document.Parsed, { path, sentence, at, later }: SchemaProblem): Problem {
  const where = path.length === 0 ? '' : `${path.map(keyText).join('.')}: `;
  return { offset: offsetOf(document, path, at), text: `${where}${sentence}`, later };
}

/** A name with quotes, dots or newlines is shown as JSON: it can't break the line, nor pretend to be another path. */
function keyText(key: PropertyKey): string {
  const text = String(key);
  return /^[\w-]+$/.test(text) ? text : JSON.stringify(text);
}

function refuse(file: string, lines: LineCounter, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const evidence = problems
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, text }) => {
      const { line, col } = lines.linePos(offset);
      return `${name}:${Math.max(line, 1)}:${Math.max(col, 1)} ${text}`;
    });
  const [first = ''] = evidence;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  if (problems.every(({ later }) => later === true)) throw new Fault('NotAvailableYet', `${first}${more}.`, { evidence });
  throw new Fault('FleetFileInvalid', `The fleet file ${file} is not valid: ${first}${more}.`, { evidence });
}
