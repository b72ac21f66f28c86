/**
 * Config templates → the files of one locker's /Config. Pure. `{{name}}` takes a value; a name
 * that nobody gave is an error, never an empty string. In .json files a text value is escaped to
 * stay inside its string, and what comes out must parse.
 */
import { createHash } from 'node:crypto';
import { Fault } from '../../domain/faults';
import { Digest } from '../../domain/model/ids';
import type { Values } from '../../domain/model/service';

/** Path below /Config → text. */
export type Files = ReadonlyMap<string, string>;

const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;

export interface Rendered {
  readonly files: Files;
  /** Those of them that are programs. */
  readonly executable: ReadonlySet<string>;
  readonly digest: Digest;
}

export function renderConfig(templates: Files, values: Values, executable: ReadonlySet<string> = new Set()): Rendered {
  const files = new Map([...templates].map(([path, text]) => [path, renderFile(path, text, values)]));
  return { files, executable, digest: digestOf(files, executable) };
}

/** Those of a config repository without templates. */
export const asTheyAre = (files: Files, executable: ReadonlySet<string>): Rendered => ({
  files,
  executable,
  digest: digestOf(files, executable),
});

function renderFile(path: string, text: string, values: Values): string {
  const json = path.endsWith('.json');
  const rendered = text.replaceAll(PLACEHOLDER, (_, name: string, offset: number) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw missing({ path, line: lineAt(text, offset), name, values });
    return json && typeof value === 'string' ? JSON.stringify(value).slice(1, -1) : String(value);
  });
  if (json) mustParse(path, rendered);
  return rendered;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function missing({ path, line, name, values }: { path: string; line: number; name: string; values: Values }): Fault {
  const known = Object.keys(values).toSorted().join(', ');
  return new Fault('TemplateInvalid', `templates/${path}:${line} asks for {{${name}}}, and nobody gives it.`, {
    evidence: [`given: ${known}`],
  });
}

function mustParse(path: string, rendered: string): void {
  try {
    JSON.parse(rendered);
  } catch (error) {
    throw new Fault('TemplateInvalid', `templates/${path} is not valid JSON once rendered: ${(error as Error).message}.`);
  }
}

/** Without programs it is that of the texts alone, as it always was. */
function digestOf(files: Files, executable: ReadonlySet<string>): Digest {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const told = sorted.map(([path, text]) => (executable.has(path) ? [path, text, 'executable'] : [path, text]));
  return Digest.parse(createHash('sha256').update(JSON.stringify(told)).digest('hex'));
}
