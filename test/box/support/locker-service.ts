/** What the lockers of a fake box answer: one HTTP server for all of them, told by the test how to behave. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeLastStage } from '../../../box/release/last-stage';
import { StageTarget } from '../../../domain/protocol/verbs';
import type { FakeBox } from './fake-lxc';
import { CODES, RELEASES } from './fake-lxc';

export interface LockerService {
  healthy: boolean;
  idle: boolean;
  build: string;
  /** POSTs, in order. */
  readonly told: string[];
  close(): void;
}

export async function aService(box: FakeBox): Promise<LockerService> {
  const service: LockerService = {
    healthy: true,
    idle: true,
    build: `2-g${'0'.repeat(12)}`,
    told: [],
    close: () => server.close(),
  };
  const server = createServer((request, response) => {
    if (request.method === 'POST') service.told.push(request.url ?? '');
    const body = request.url === '/idle' ? { idle: service.idle } : { build: service.build };
    response.writeHead(request.url === '/ping' && !service.healthy ? 503 : 200).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  await writeLastStage(box, { target: target((server.address() as AddressInfo).port), at: '2026-11-20T00:00:00.000Z' });
  return service;
}

const target = (port: number): StageTarget =>
  StageTarget.parse({
    release: {
      id: RELEASES[1],
      label: 'stable-2',
      service: 'locker',
      code: { id: CODES[1], revision: '2'.repeat(40), build: `2-g${'0'.repeat(12)}` },
      config: { revision: 'a'.repeat(40) },
    },
    service: {
      name: 'locker',
      code: { repo: '/code.git', ref: 'stable' },
      config: { repo: '/config.git', ref: 'main' },
      port,
      probe: { path: '/ping', timeoutMs: 500, intervalMs: 20 },
      revisionPath: '/revision',
      drain: { kind: 'http', begin: '/quiesce', undo: '/resume', idle: '/idle' },
    },
    values: {},
    lockerValues: {},
  });
