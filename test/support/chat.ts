/** The real chat process beside a test: its own files, started, killed and started again. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '../../embedded/free-port';
import { FAKE_SLACK } from './fake-slack';
import type { FakeSlack } from './fake-slack';

export interface ChatWishes {
  readonly slack: Pick<FakeSlack, 'api' | 'responses'>;
  readonly fleetFile: string;
  /** Says which Temporal. */
  readonly env: NodeJS.ProcessEnv;
  readonly webhooks?: Record<string, unknown>;
}

export interface Chat {
  readonly url: string;
  /** As `identity.keys.chat` of the fleet file. */
  readonly publicKey: string;
  readonly configFile: string;
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  log(): string;
  /** Ends it as Ctrl-C does; its exit code. */
  stop(): Promise<number | null>;
  close(): Promise<void>;
}

const UP_WITHIN_MS = 90_000;
const ROOT = join(__dirname, '../..');

/** Made, not started: the fleet file needs its key first. */
export async function aChat({ slack, fleetFile, env, webhooks }: ChatWishes): Promise<Chat> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-chatops-'));
  const port = await freePort(20_000 + Math.floor(Math.random() * 10_000));
  const url = `http://127.0.0.1:${port}`;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const file = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 });
  await file('chat.pem', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
  await file('slack-token', `${FAKE_SLACK.token}\n`);
  const config = {
    version: 1,
    listen: { port },
    state: 'state',
    identity: { keyId: 'chat', keyFile: 'chat.pem' },
    slack: {
      channel: FAKE_SLACK.channel,
      team: FAKE_SLACK.team,
      signingSecret: { env: 'TEST_SIGNING_SECRET' },
      token: { file: 'slack-token' },
      api: slack.api,
      responses: slack.responses,
    },
    ...(webhooks && { webhooks }),
    retry: { first: '200ms', most: '1s', giveUpAfter: '1h' },
    updateEvery: '100ms',
  };
  const configFile = join(folder, 'chatops.yaml');
  await file('chatops.yaml', stringify(config));
  let running: ChildProcess | null = null;
  let said = '';
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const child = running;
    running = null;
    if (child === null || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve));
    child.kill(signal);
    return ended;
  };
  return {
    url,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
    configFile,
    start: async () => {
      // Without tsx's own process between: a kill must reach the one that matters.
      const args = ['--import', 'tsx', join(ROOT, 'chatops/main.ts'), '--config', configFile, '--fleet', fleetFile];
      running = spawn(process.execPath, args, {
        cwd: ROOT,
        env: { ...process.env, ...env, TEST_SIGNING_SECRET: FAKE_SLACK.signingSecret },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      running.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await answers(url, () => said);
    },
    kill: async () => void (await end('SIGKILL')),
    log: () => said,
    stop: () => end('SIGINT'),
    close: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, log: () => string): Promise<void> {
  const until = performance.now() + UP_WITHIN_MS;
  for (;;) {
    const there = await fetch(url).then(
      () => true,
      () => false,
    );
    if (there) return;
    if (performance.now() > until) throw new Error(`chatops does not answer at ${url}\n${log()}`);
    await sleep(100);
  }
}

/** People and the chat's key, written into a fleet file that has none. */
export async function addPeople(fleetFile: string, people: Record<string, unknown>, publicKey: string): Promise<void> {
  const text = await readFile(fleetFile, 'utf8');
  await writeFile(fleetFile, `${text}\n${stringify({ people, identity: { required: true, keys: { chat: publicKey } } })}`);
}
