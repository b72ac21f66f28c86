/** One call of box-install/main.ts on a host. What is sent as a command is a constant; program and data go through stdin. */
import { join } from 'node:path';
import { build } from 'esbuild';

import type { Connection } from '../../activities/adapters/ssh/connection';
import { lastLines, runCommand } from '../../activities/adapters/ssh/run-command';
import type { Command, Frame } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';

export interface Host {
  readonly connection: Connection;
  readonly box: string;
  readonly sudo: boolean;
}

const GLOBAL = 'lockstepInstall';

/** Built in memory, in a fraction of a second. */
async function program(): Promise<string> {
  const built = await build({
    entryPoints: [join(__dirname, '../../box-install/main.ts')],
    bundle: true,
    platform: 'node',
    target: 'node18',
    format: 'iife',
    globalName: GLOBAL,
    inject: [join(__dirname, '../../box/node18.ts')],
    write: false,
    legalComments: 'none',
    logLevel: 'silent',
  });
  return built.outputFiles[0]?.text ?? '';
}

/** Every frame in its order. Faults: CommandFailed with the host's words, LinkLost where it was cut off. */
export async function runOnHost(host: Host, asked: Command, onStep: (text: string) => void = () => {}): Promise<Frame[]> {
  const stdin = `${await program()}\n${GLOBAL}.main(${JSON.stringify(asked)});\n`;
  const frames: Frame[] = [];
  const onLine = (line: string) => {
    const frame = frameOf(line);
    if (frame !== null) frames.push(frame);
    if (frame !== null && 'step' in frame) onStep(frame.step);
  };
  const ran = await runCommand(host.connection, { command: commandOf(host), stdin, onLine });
  const failed = frames.find((frame) => 'failed' in frame);
  const again = asked.do === 'install' || asked.do === 'undo' ? ' It stopped half way; running it again goes on from there.' : '';
  if (failed !== undefined && 'failed' in failed) {
    const { sentence, evidence } = failed.failed;
    throw new Fault('CommandFailed', `${host.box}: ${sentence}${again}`, { evidence });
  }
  if (frames.some((frame) => 'done' in frame)) return frames;
  const evidence = [`$ ${commandOf(host)}  → exit ${ran.code}`, ...lastLines(ran.stderr, 8)];
  if (ran.code === null) throw new Fault('LinkLost', `The connection to ${host.box} was lost.${again}`, { evidence });
  throw new Fault('CommandFailed', `The program on ${host.box} did not come to its end.${again}`, { evidence });
}

const commandOf = ({ sudo }: Host): string => (sudo ? 'sudo -n node -' : 'node -');

/** The program is ours and goes with this very text, so that its frames need no schema. null: a word of the login's shell. */
function frameOf(line: string): Frame | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Frame;
  } catch {
    return null;
  }
}
