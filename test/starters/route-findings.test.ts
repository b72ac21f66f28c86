import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Hop } from '../../activities/adapters/ssh/route';
import { routeFindings } from '../../starters/doctor/route-findings';

const hop = (user: string, host: string, more: Partial<Hop> = {}): Hop => ({
  ...PLAIN_HOP,
  name: host,
  host,
  user,
  identityFiles: ['/home/ann/.ssh/id'],
  ...more,
});
const beside = { asked: 'ssh -G lxc12', says: 'root@10.0.0.12:22', exists: () => true };

test('the way is told hop by hop, and what ssh says beside it', () => {
  const [route] = routeFindings([hop('jump', 'gate', { proxyCommand: 'nc gate 22' }), hop('ops', '10.0.0.12')], beside);
  expect(route).toMatchObject({
    state: 'ok',
    seen: '`nc gate 22`, then jump@gate:22, then ops@10.0.0.12:22\nssh -G lxc12 says: root@10.0.0.12:22',
  });
});

const seen = (exists: boolean, agent: string | null) =>
  routeFindings([hop('ops', '10.0.0.12', { agent })], { ...beside, exists: () => exists })[1];

test('the identity is what is there of the files, and the agent', () => {
  expect(seen(true, '/run/agent')?.seen).toBe('/home/ann/.ssh/id, the keys of the agent /run/agent');
  expect(seen(false, null)).toMatchObject({ check: 'identity', state: 'warn' });
});
