import { readFileSync } from 'node:fs';

/** Of a small file that lies in the kernel's own memory or its cache: nothing to wait for. Empty: it is not there. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
