/** Evidence comes from anywhere: no escape sequence of it reaches a terminal, no second line a page. */

export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

/** For Markdown, table cells included. */
export function escaped(text: string): string {
  return plain(text).replace(/[\\`*_[\]<>|#~!&@]/g, '\\$&');
}

export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
