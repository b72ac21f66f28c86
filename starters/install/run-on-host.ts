/** One call of box-install/main.ts on a host. What is sent as a command is a constant; program and data go through stdin. */
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Client } from 'ssh2';
import type { Command, Frame } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';

export interface Host {
  readonly client: Client;
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
  const ran = await exec(host, stdin, onStep);
  const failed = ran.frames.find((frame) => 'failed' in frame);
  const again = asked.do === 'install' || asked.do === 'undo' ? ' It stopped half way; running it again goes on from there.' : '';
  if (failed !== undefined && 'failed' in failed) {
    const { sentence, evidence } = failed.failed;
    throw new Fault('CommandFailed', `${host.box}: ${sentence}${again}`, { evidence });
  }
  if (ran.frames.some((frame) => 'done' in frame)) return ran.frames;
  const evidence = [
    `$ ${commandOf(host)}  → exit ${ran.code}`,
    ...ran.stderr
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-8),
  ];
  if (ran.code === null) throw new Fault('LinkLost', `The connection to ${host.box} was lost.${again}`, { evidence });
  throw new Fault('CommandFailed', `The program on ${host.box} did not come to its end.${again}`, { evidence });
}

const commandOf = ({ sudo }: Host): string => (sudo ? 'sudo -n node -' : 'node -');

interface Ran {
  readonly frames: Frame[];
  readonly code: number | null;
  readonly stderr: string;
}

const KEEP = 8_000;

function exec(host: Host, stdin: string, onStep: (text: string) => void): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const frames: Frame[] = [];
    let code: number | null = null;
    let stderr = '';
    let rest = '';
    const take = (line: string) => {
      const frame = frameOf(line);
      if (frame === null) return;
      frames.push(frame);
      if ('step' in frame) onStep(frame.step);
    };
    const end = () => resolve({ frames, code, stderr });
    host.client.once('close', end);
    host.client.exec(commandOf(host), (error, channel) => {
      if (error) return reject(new Fault('LinkLost', error.message));
      channel.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(take);
      });
      channel.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-KEEP)));
      channel.on('exit', (status: number | null) => (code = status));
      channel.once('close', end);
      // It may end before it has read everything.
      channel.on('error', () => {});
      channel.end(stdin);
    });
  });
}

/** The program is ours and goes with this very text, so that its frames need no schema. null: a word of the login's shell. */
function frameOf(line: string): Frame | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Frame;
  } catch {
    return null;
  }
}
