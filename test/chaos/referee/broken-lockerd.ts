/**
 * lockerd with a piece of its source replaced, built and installed as the real one is. The product
 * has no switch for it: where the piece is not there any more, the sabotage itself is broken and says so.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { lockerdAnswered } from '../../../domain/protocol/status-exit';
import { boxConfigOf } from '../../../sandbox/install-lockerd';
import { endLockerd } from '../../../sandbox/box-processes';
import { boxNamed, openSandbox } from '../../../sandbox/find-box';
import type { Sandbox } from '../../support/sandbox';

const root = join(__dirname, '../../..');

export interface Edit {
  /** From the root of the sources. */
  readonly file: string;
  /** Exactly as it stands there, once. */
  readonly piece: string;
  readonly becomes: string;
}

export function edited(text: string, { file, piece, becomes }: Edit): string {
  const [before, after, ...more] = text.split(piece);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} does not have this piece exactly once; mend the sabotage:\n${piece}`);
  return `${before}${becomes}${after}`;
}

/** As box/bundle.ts does it, with edits. */
export async function bundleWith(edits: readonly Edit[]): Promise<string> {
  const built = await build({
    entryPoints: [join(root, 'box/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'cjs',
    inject: [join(root, 'box/node18.ts')],
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
    plugins: [sabotage(edits)],
  });
  return built.outputFiles[0]?.text ?? '';
}

function sabotage(edits: readonly Edit[]): Plugin {
  const done = new Set<Edit>();
  return {
    name: 'sabotage',
    setup(building) {
      building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const mine = edits.filter(({ file }) => join(root, file) === path);
        if (mine.length === 0) return undefined;
        for (const edit of mine) done.add(edit);
        return { contents: mine.reduce(edited, await readFile(path, 'utf8')), loader: 'ts' };
      });
      building.onEnd(() => {
        const left = edits.find((edit) => !done.has(edit));
        if (left) throw new Error(`${left.file} is not part of lockerd any more; mend the sabotage`);
      });
    },
  };
}

/** The lockerd that runs is ended; the first connection to the box starts this one. */
export async function runLockerd(sandbox: Sandbox, bundle: string, deadManMs?: number): Promise<void> {
  const box = boxNamed((await openSandbox(sandbox.dir)).state, sandbox.box);
  const config = { ...boxConfigOf(box), ...(deadManMs !== undefined && { deadManMs }) };
  await put(sandbox.boxLayout.boxConfig, `${JSON.stringify(config, null, 2)}\n`);
  await put(sandbox.boxLayout.bundle, bundle);
  await endLockerd(box);
  const asked = await sandbox.exec('lockerctl', 'status');
  if (!lockerdAnswered(asked.code)) throw new Error(`lockerd did not start: ${asked.stderr}`);
}

async function put(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
