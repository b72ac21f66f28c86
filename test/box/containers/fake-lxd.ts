/** The daemon of LXD on a socket of its own, as far as Lockstep asks it: what it answers was taken down from 5.0.2. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../../box/containers/lxd/instance';

export interface FakeInstance {
  status: string;
  pid: number;
  config: Record<string, string>;
  devices: Record<string, Device>;
}

export interface FakeLxd {
  readonly folder: string;
  readonly containers: string;
  readonly instances: Map<string, FakeInstance>;
  /** Each question that changes something, in order. */
  readonly asked: string[];
  /** What an operation comes to; empty: it succeeds. */
  fails: string;
  /** It is never through. */
  hangs: boolean;
  close(): Promise<void>;
}

type Answer = { readonly status?: number; readonly body: unknown };
const sync = (metadata: unknown): Answer => ({ body: { type: 'sync', operation: '', error: '', metadata } });
const OPERATION = { type: 'async', operation: '/1.0/operations/1', error: '', metadata: { id: '1' } };
const NOT_FOUND: Answer = { status: 404, body: { type: 'error', error: 'Instance not found', metadata: null } };

export async function aFakeLxd(names: readonly string[]): Promise<FakeLxd> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-lxd-'));
  const containers = join(folder, 'containers');
  for (const name of names) mkdirSync(join(containers, name, 'rootfs'), { recursive: true });
  const instances = new Map<string, FakeInstance>(
    names.map((name) => [name, { status: 'Stopped', pid: 0, config: {}, devices: {} }]),
  );
  const fake = { folder, containers, instances, asked: [] as string[], fails: '', hangs: false };
  const server = createServer((request, response) => {
    const answer = async () => {
      const { status = 200, body } = answerOf(fake, request, await textOf(request));
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'unix.socket'), resolve));
  const close = async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  return Object.assign(fake, { close });
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request.setEncoding('utf8')) text += String(part);
  return text;
}

function answerOf(fake: Omit<FakeLxd, 'close'>, { method = '', url = '' }: IncomingMessage, text: string): Answer {
  const path = url.replace(/^\/1\.0/, '').replace(/\?.*$/, '');
  if (method !== 'GET') fake.asked.push(`${method} ${path}`);
  if (path === '') return sync({ environment: { server: 'lxd', server_version: '5.0.2' } });
  if (path === '/instances') return sync([...fake.instances.keys()].map((name) => `/1.0/instances/${name}`));
  if (path === '/profiles/default') return sync({ config: {}, devices: { root: { type: 'disk', path: '/', pool: 'default' } } });
  if (path.startsWith('/operations/')) return sync(operationOf(fake));
  const [, , name = '', what = ''] = path.split('/');
  const instance = fake.instances.get(name);
  if (!instance) return NOT_FOUND;
  if (method === 'GET') return lookedAt(name, instance, { what, path });
  if (method === 'PUT' && what === '') Object.assign(instance, JSON.parse(text));
  return method === 'DELETE' ? sync(null) : { status: 202, body: OPERATION };
}

function lookedAt(name: string, instance: FakeInstance, { what, path }: { what: string; path: string }): Answer {
  if (what === 'logs') return { body: path.endsWith('stdout') ? 'out\n' : 'err\n' };
  if (what === 'state') return sync({ status: instance.status, pid: instance.pid });
  const rest = { name, profiles: ['default'], architecture: 'x86_64', description: '', ephemeral: false };
  return sync({ ...rest, ...instance });
}

function operationOf({ fails, hangs }: Pick<FakeLxd, 'fails' | 'hangs'>) {
  const output = { 1: '/1.0/instances/l01/logs/exec_1.stdout', 2: '/1.0/instances/l01/logs/exec_1.stderr' };
  const metadata = { return: 4, output };
  if (hangs) return { status_code: 103, err: '', metadata: null };
  return fails === '' ? { status_code: 200, err: '', metadata } : { status_code: 400, err: fails, metadata: null };
}
