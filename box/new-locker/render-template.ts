/**
 * The config of a new locker's container from the box's own template. Pure. LXC runs hooks as root, so
 * the template is a file of the box, and a value can name something but never begin another line or word.
 */
import { Fault } from '../../domain/faults';
import type { Values } from '../../domain/model/service';

const PLACEHOLDER = /\{\{\s*([A-Za-z][A-Za-z0-9_]*)\s*\}\}/g;
const PLAIN_WORD = /^[A-Za-z0-9._:/@-]+$/;

export interface Template {
  /** For messages. */
  readonly file: string;
  readonly text: string;
}

export function renderTemplate({ file, text }: Template, values: Values): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string, offset: number) => {
    const at = `${file}:${text.slice(0, offset).split('\n').length}`;
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw notGiven(at, name, values);
    if (PLAIN_WORD.test(String(value))) return String(value);
    throw new Fault('TemplateInvalid', `${at} asks for {{${name}}}, and ${JSON.stringify(value)} is no plain word.`, {
      cure: 'Give it a value of letters, digits and . _ : / @ - in the fleet file.',
    });
  });
}

function notGiven(at: string, name: string, values: Values): Fault {
  return new Fault('TemplateInvalid', `${at} asks for {{${name}}}, and nobody gives it.`, {
    evidence: [`given: ${Object.keys(values).toSorted().join(', ')}`],
    cure: `Write it into the fleet file, under boxes.${values['box']}.lockers.${values['locker']}: { values: { ${name}: … } }.`,
  });
}
