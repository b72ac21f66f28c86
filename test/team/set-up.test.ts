/** The set-up script against a real server: what is there is left alone, what differs is changed. */
import { spawn } from 'node:child_process';
import type { Connection } from '@temporalio/client';
import { connect } from '../../embedded/connect';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages';
import { composeService, ROOT } from '../support/compose-file';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(240_000);
let server: TestServer;
let connection: Connection;
beforeAll(async () => {
  server = await startTemporal();
  connection = await connect({ address: server.address });
});
afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function setUp(env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<Ran> {
  const [, ...words] = composeService('set-up').entrypoint ?? [];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...words, ...args], { cwd: ROOT, env: { PATH, HOME, ...env } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

const at = (namespace: string) => ({ TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: namespace });
const retentionOf = async (namespace: string) =>
  Number((await connection.workflowService.describeNamespace({ namespace })).config?.workflowExecutionRetentionTtl?.seconds) /
  86_400;
const attributesOf = async (namespace: string) => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(customAttributes ?? {})
    .filter((name) => name.startsWith('Lockstep'))
    .toSorted();
};

test('it makes the namespace and the search attributes; run again it leaves all as it is', async () => {
  const first = await setUp(at('team'));
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain('namespace team: made, ended rollouts are kept for 30 days');
  expect(first.stdout).toContain('search attributes: added LockstepBox');
  expect(await retentionOf('team')).toBe(30);
  expect(await attributesOf('team')).toEqual(Object.keys(SEARCH_ATTRIBUTES).toSorted());
  expect((await setUp(at('team'))).stdout).toBe(
    'namespace team: there already, ended rollouts are kept for 30 days\nsearch attributes: all there already\n',
  );
});

test('another retention is set on a namespace that is there', async () => {
  const again = await setUp(at('default'), ['--retention-days', '7']);
  expect(again.stdout).toMatch(/namespace default: ended rollouts are kept for 7 days now \(before: \d+\)/);
  expect(await retentionOf('default')).toBe(7);
});

test('two at once both end well', async () => {
  const both = await Promise.all([setUp(at('twice')), setUp(at('twice'))]);
  expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ]);
  expect(await attributesOf('twice')).toHaveLength(Object.keys(SEARCH_ATTRIBUTES).length);
});

test.each([['0'], ['a month'], ['1.5']])('a retention of %p is refused before anything is asked', async (days) => {
  const refused = await setUp({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, ['--retention-days', days]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('whole number from 1 to 3650');
});

test('without a server it says what to set, and of one that is silent that it waited', async () => {
  const nameless = await setUp({});
  expect(nameless).toMatchObject({ code: 1, stdout: '' });
  expect(nameless.stderr).toContain('TEMPORAL_ADDRESS');
  const silent = await setUp({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, ['--wait-seconds', '0']);
  expect(silent).toMatchObject({ code: 1, stdout: '' });
  expect(silent.stderr).toContain('127.0.0.1:1 can not be reached');
});
