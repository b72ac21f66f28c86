/** What is wrong with a text as YAML, before anybody asks what it says: each with its place in the text. */
import { isMap, isNode, isScalar, visit } from 'yaml';
import type { Alias, Document, Pair } from 'yaml';

export interface PlacedProblem {
  readonly offset: number;
  readonly text: string;
}

export function yamlProblems(document: Document.Parsed, source: string): PlacedProblem[] {
  const problems: PlacedProblem[] = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    return { offset: pos[0], text: inWords(code, source.slice(pos[0])) ?? message };
  });
  visit(document, {
    Pair: (_, pair) => void problems.push(...keyProblems(pair)),
    Alias: (_, alias) => void problems.push(...aliasProblems(document, alias)),
  });
  if (problems.length > 0 || isMap(document.contents)) return problems;
  const text = document.contents === null ? 'the file is empty' : 'the file should be a section with keys';
  return [{ offset: document.contents?.range[0] ?? 0, text: `${text}; it begins with "version: 1"` }];
}

function keyProblems({ key }: Pair): PlacedProblem[] {
  const offset = (isNode(key) ? key.range?.[0] : null) ?? 0;
  if (key !== null && !isScalar(key)) return [{ offset, text: 'a key is a word, not a list or a section' }];
  // JavaScript treats this one apart: it would vanish unseen.
  return key?.value === '__proto__' ? [{ offset, text: '__proto__: this name can not be used' }] : [];
}

function aliasProblems(document: Document.Parsed, alias: Alias): PlacedProblem[] {
  if (alias.resolve(document) !== undefined) return [];
  return [{ offset: alias.range?.[0] ?? 0, text: `*${alias.source} names no anchor` }];
}

/** The two that people meet most, in their words; `rest` is the text from there on. */
function inWords(code: string, rest: string): string | null {
  if (code === 'DUPLICATE_KEY') return `${/^[^\s:]*/.exec(rest)?.[0]}: this key is written twice`;
  if (code === 'MULTIPLE_DOCS') return 'one file holds one document: remove the line "---"';
  return null;
}
