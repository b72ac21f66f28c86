import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { freePort } from '../../embedded/free-port';

let taken: Server;
let port: number;
beforeEach(async () => {
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  ({ port } = taken.address() as AddressInfo);
});
afterEach(() => void taken.close());

test('a taken port gives way to one of the next that are free', async () => {
  const got = await freePort(port);
  expect(got).toBeGreaterThan(port);
  expect(got).toBeLessThan(port + 50);
});

test('one that was tried in vain is not taken again', async () => {
  const first = await freePort(port);
  expect(await freePort(port, [first])).not.toBe(first);
});
