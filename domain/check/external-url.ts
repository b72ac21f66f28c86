/** The URL of one locker from the template of `verify.external`. Pure. */
import type { Values } from '../model/service';

const PLACE = /\{\{\s*([a-zA-Z][a-zA-Z0-9_]*)\s*\}\}/g;

/** Values as they are: a host name and a port are parts of a URL that may not be escaped. */
export function externalUrlOf(template: string, values: Values): { readonly url: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const url = template.replaceAll(PLACE, (written, name: string) => {
    if (Object.hasOwn(values, name)) return String(values[name]);
    missing.push(name);
    return written;
  });
  return { url, missing };
}
