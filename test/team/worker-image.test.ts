/** The worker as its image runs it, under the compose file's environment, against a real server. */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../../activities/contract';
import { connect } from '../../embedded/connect';
import { ROOT } from '../support/compose-file';
import { startImageProcess } from '../support/image-process';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(240_000);
/** Of nobody: the box never comes to show one. */
const HOST_KEY = `ssh-ed25519 ${Buffer.concat([sized('ssh-ed25519'), sized(Buffer.alloc(32, 7))]).toString('base64')}`;
let server: TestServer;
let folder: string;
let box: Server;
const dialled: Socket[] = [];

/** As SSH writes a string: its length before it. */
function sized(text: string | Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

beforeAll(async () => {
  server = await startTemporal();
  folder = mkdtempSync(join(tmpdir(), 'lockstep-image-'));
  // A box that takes the call and never says a word.
  box = createServer((socket) => dialled.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(box, 'listening');
  const { port } = box.address() as AddressInfo;
  const identityFile = join(folder, 'id');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  writeFileSync(identityFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const service = {
    code: { repo: '/nowhere.git', ref: 'stable' },
    config: { repo: '/nowhere-config.git', ref: 'stable' },
    port: 8042,
    probe: { path: '/health' },
    revision: { http: '/core/revision' },
  };
  const fleet = {
    version: 1,
    services: { locker: service },
    boxes: { silent: { service: 'locker', ssh: { config: 'none', host: '127.0.0.1', port, hostKey: HOST_KEY, identityFile } } },
  };
  writeFileSync(join(folder, 'fleet.yaml'), JSON.stringify(fleet));
});
afterAll(async () => {
  for (const socket of dialled) socket.destroy();
  box?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const here = () => ({ TEMPORAL_ADDRESS: server.address, LOCKSTEP_FLEET: join(folder, 'fleet.yaml') });

test('set up, it serves; told to stop, it gives the step in flight back for the next worker and goes', async () => {
  const setUp = startImageProcess({ service: 'set-up', env: here() });
  expect([await setUp.ended, setUp.said()]).toEqual([0, expect.stringContaining('namespace lockstep: made')]);
  const worker = startImageProcess({ service: 'worker', env: here() });
  const connection = await connect({ address: server.address });
  try {
    await worker.until(`worker ready: ${server.address}, namespace lockstep`);
    const client = new Client({ connection, namespace: 'lockstep' });
    const args = [{ box: 'silent', ref: null, policy: {} }];
    const asked = await client.workflow.start('boxPreview', {
      workflowId: 'preview/silent',
      taskQueue: TASK_QUEUES.workflows,
      args,
    });
    const over = asked.result().then((answer: unknown) => {
      throw new Error(`the box was not asked: ${JSON.stringify(answer)}`);
    });
    over.catch(() => {});
    if (dialled.length === 0) await Promise.race([once(box, 'connection'), over]);
    expect(await worker.end('SIGTERM')).toBe(0);

    // Said by the worker itself: nobody has to wait for a heartbeat that does not come.
    const { raw } = await asked.describe();
    expect(raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type).toBe('Interrupted');
    await asked.terminate();
  } finally {
    await worker.end('SIGKILL');
    await connection.close();
  }
});

test('chat serves by the example that a team copies, and keeps its outbox beside it', async () => {
  expect(await startImageProcess({ service: 'set-up', env: here() }).ended).toBe(0);
  const chat = join(folder, 'chat');
  const secrets = join(folder, 'secrets');
  for (const made of [chat, secrets]) mkdirSync(made);
  const example = readFileSync(join(ROOT, 'deploy/chat/example.yaml'), 'utf8');
  expect(example).toContain('{ host: 0.0.0.0, port: 8790 }');
  writeFileSync(join(chat, 'chatops.yaml'), example.replace('0.0.0.0, port: 8790', '127.0.0.1, port: 0'));
  const { privateKey } = generateKeyPairSync('ed25519');
  const secretOf = { 'chat.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }), 'slack-signing-secret': 'x'.repeat(32) };
  for (const [name, secret] of Object.entries({ ...secretOf, 'slack-token': 'xoxb-1' }))
    writeFileSync(join(secrets, name), secret, { mode: 0o600 });

  const service = startImageProcess({ service: 'chatops', env: here(), args: ['--config', join(chat, 'chatops.yaml')] });
  await service.until('http://127.0.0.1:');
  expect(existsSync(join(chat, 'outbox'))).toBe(true);
  expect(await service.end('SIGTERM')).toBe(0);
});

test.each([
  ['a fleet file that is not there', { LOCKSTEP_FLEET: '/nowhere/fleet.yaml' }, 'no fleet file'],
  ['payload keys that are not there', { LOCKSTEP_PAYLOAD_KEYS: '/nowhere/keys' }, 'payload keys'],
  ['a server that does not answer', { TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'can not be reached'],
])('with %s it ends at once and says so', async (_what, wrong, says) => {
  const worker = startImageProcess({ service: 'worker', env: { ...here(), ...wrong } });
  expect(await worker.ended).toBe(1);
  expect(worker.said()).toContain(says);
});
