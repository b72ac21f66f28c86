import { adoptRequest, onlyOf } from '../../starters/adopt/adopt-request';
import type { AdoptOptions } from '../../starters/adopt/adopt-request';
import { parseFleet } from '../../domain/model/parse-fleet';
import type { Session } from '../../starters/session';
import { BoxName } from '../../domain/model/ids';

const FLEET = `
version: 1
services:
  locker:
    code: { repo: code.git, ref: stable }
    config: { repo: config.git, ref: stable }
    port: 8042
    probe: { path: /health }
    values: { port: 8042, greeting: Hello }
boxes:
  lxc12: { service: locker, ssh: { host: lxc12 }, values: { greeting: Welcome }, lockers: { l01: { values: { greeting: Hi } } } }
`;
const session = { fleet: parseFleet(FLEET, '/etc/fleet.yaml'), box: BoxName.parse('lxc12') } as Session;
const request = (options: Partial<AdoptOptions> = {}) => adoptRequest(session, { box: 'lxc12', ...options });

test('what is not said is to be found out, with the fleet’s service and values', () => {
  expect(request()).toMatchObject({
    service: { name: 'locker', code: { repo: '/etc/code.git' }, probe: { path: '/health', timeoutMs: 2_000 } },
    values: { port: 8042, greeting: 'Welcome' },
    lockerValues: { l01: { greeting: 'Hi' } },
    code: null,
    me: null,
    config: null,
    rest: null,
    build: null,
    only: [],
  });
});

test('several lockers are named with commas', () => {
  expect(onlyOf({ box: 'lxc12', only: 'l01, l02' })).toEqual(['l01', 'l02']);
});

test.each<[string, Partial<AdoptOptions>, RegExp]>([
  ['a relative folder', { me: 'Me/{locker}' }, /^--me can not be used: an absolute path/],
  ['settings that are none', { configFiles: 'x' }, /^--config-files /],
  ['another word for the rest', { rest: 'maybe' }, /^--rest /],
  ['a name that is none', { only: 'l01,../etc' }, /^--only .*"\.\.\/etc"/],
])('%s is refused with its flag', (_, options, sentence) => {
  expect(() => request(options)).toThrow(
    expect.objectContaining({ code: 'PolicyInvalid', sentence: expect.stringMatching(sentence) as string }),
  );
});
