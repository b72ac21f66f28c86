/** What `ps` prints. Pure. */
import type { Listed } from '../embedded/list-processes';

const HEAD = ['name', 'pid', 'since', 'address', 'version', 'state'];

export function psTable(all: readonly Listed[]): string[] {
  if (all.length === 0) return ['Nothing was started here.'];
  const rows = [HEAD, ...all.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf({ name, pid, since, address, version, state }: Listed): string[] {
  const at = since?.replace('T', ' ').replace(/\.\d+Z$/, 'Z');
  return [name, String(pid ?? '-'), at ?? '-', address ?? '-', version ?? '-', state.replaceAll('-', ' ')];
}
