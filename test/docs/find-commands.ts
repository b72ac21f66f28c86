/**
 * The commands that the pages tell people to type. A block that is indented, or fenced as `sh`, holds
 * commands, one a line, with an optional `# remark` (which may say `exit 3`), and so do the lines
 * behind a `$` of one that is fenced as `console`, whose others are output; a fence of another
 * name (text, yaml, json, ts) holds none; a fence without a name is a mistake. A command
 * within a sentence (`npm run …`, `lockerctl …`) counts too, with its placeholders.
 */

export interface FoundCommand {
  readonly page: string;
  readonly line: number;
  readonly command: string;
  /** As its remark says; 0 where it says nothing. */
  readonly exit: number;
  /** Its remark says that Ctrl-C leaves it: then it does not end by itself. */
  readonly left: boolean;
  readonly where: 'block' | 'sentence';
}

export interface Block {
  /** Of the fence; `sh` for an indented one. */
  readonly kind: string;
  readonly line: number;
  readonly lines: readonly string[];
}

const FENCE = /^(\s*)```(.*)$/;

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const fence = FENCE.exec(lines[at] ?? '');
    const from = at + 1;
    if (fence) {
      while (at + 1 < lines.length && !FENCE.test(lines[at + 1] ?? '')) at += 1;
      blocks.push({ kind: (fence[2] ?? '').trim(), line: from + 1, lines: lines.slice(from, at + 1).map(trimmed) });
      at += 1;
    } else if (beginsIndented(lines, at)) {
      while (/^ {4}/.test(lines[at + 1] ?? '')) at += 1;
      blocks.push({ kind: 'sh', line: from, lines: lines.slice(from - 1, at + 1).map(trimmed) });
    }
  }
  return blocks;
}

const trimmed = (line: string): string => line.trim();

/** Below an empty line or a heading; further lines of a list item are indented too, but not set apart. */
function beginsIndented(lines: readonly string[], at: number): boolean {
  const before = lines[at - 1] ?? '';
  return /^ {4}\S/.test(lines[at] ?? '') && (before.trim() === '' || before.startsWith('#'));
}

export function commandsOf(page: string, text: string): FoundCommand[] {
  const inBlocks = blocksOf(text)
    .flatMap(({ kind, line, lines }) => lines.map((shown, index) => ({ page, line: line + index, typed: typedIn(kind, shown) })))
    .filter(({ typed }) => typed !== '' && !typed.startsWith('#'))
    .flatMap(({ typed, ...at }) =>
      // A remark stands behind `#`, or far to the right.
      (typed.split(/\s+#\s|\s{3,}/)[0] ?? '').split(' && ').map((command) => ({
        ...at,
        command: command.trim(),
        left: /#.*\bCtrl-C leaves\b/.test(typed),
        exit: Number(/#.*\bexit (\d+)/.exec(typed)?.[1] ?? 0),
        where: 'block' as const,
      })),
    );
  return [...inBlocks, ...inSentences(page, text)];
}

function typedIn(kind: string, text: string): string {
  if (kind === 'sh') return text;
  return kind === 'console' && text.startsWith('$ ') ? text.slice(2) : '';
}

const SPAN =
  /`((?:[A-Z_]+=\S+ )?(?:… |npm (?:run|test)|npx jest|lockerctl|update-code|lxc-stop-all|lxc-start-all)(?![-\w])[^`]*)`/g;

function inSentences(page: string, text: string): FoundCommand[] {
  // Blocks are read above; their lines stay, so that line numbers do.
  const prose = text.replaceAll(/^(\s*)```[^]*?^\s*```$/gm, (block) => block.replaceAll(/[^\n]/g, ''));
  return prose.split('\n').flatMap((line, index) =>
    [...line.replaceAll('\\|', '|').matchAll(SPAN)].flatMap(([, span = '']) =>
      alternatives(span).map((command) => ({
        page,
        line: index + 1,
        command,
        exit: 0,
        left: false,
        where: 'sentence' as const,
      })),
    ),
  );
}

/** `lockerctl status|history` is two commands; N, P% and … stand for something. */
function alternatives(span: string): string[] {
  const words = span
    .replace(/^… /, 'npm run lockstep -- ')
    .replaceAll('…', 'x')
    .replaceAll(/\bN\b/g, '2')
    .replaceAll(/\[[^\]]*\]/g, '')
    .trim()
    .split(/\s+/);
  return words.reduce<string[]>(
    (begun, word) => begun.flatMap((before) => word.split('|').map((one) => `${before} ${one}`.trim())),
    [''],
  );
}
