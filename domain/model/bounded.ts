/**
 * Texts that go into places of Temporal which have a limit, cut where they are put there: a limit that is passed does harm far
 * from its cause (a workflow task that fails for ever, a list that never learns of an end). The server counts bytes of UTF-8.
 */

/** Of the summary of a workflow, an activity or a timer; the server takes 400, quotes and escapes included. */
export const SUMMARY_BYTES = 200;
/** Of a keyword: PostgreSQL takes 255 characters and then never learns of the workflow's end; from 2,048 bytes on the server terminates it. */
export const KEYWORD_BYTES = 200;
/** Of one value of a memo. All of them are told with each entry of a list. */
export const MEMO_BYTES = 1_000;

/** The text, or its beginning and `…`, in at most so many bytes of UTF-8 and of the JSON that it is sent as. */
export function bounded(text: string, most: number): string {
  if (bytesOf(text) <= most) return text;
  let kept = '';
  let bytes = bytesOf('…');
  for (const sign of text) {
    bytes += bytesOf(sign);
    if (bytes > most) break;
    kept += sign;
  }
  return `${kept}…`;
}

/** In JSON a quote or a line end takes two bytes, another control character six; half of a pair is written as `\udxxx`. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (const sign of text) bytes += bytesOfSign(sign.codePointAt(0) ?? 0, sign);
  return bytes;
}

function bytesOfSign(code: number, sign: string): number {
  if (code < 0x20) return '\b\f\n\r\t'.includes(sign) ? 2 : 6;
  if (sign === '"' || sign === '\\') return 2;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code >= 0xd800 && code <= 0xdfff) return 6;
  return code < 0x10000 ? 3 : 4;
}
