import { parseJump, splitJumps } from '../../activities/adapters/ssh/parse-jump';
import { Fault } from '../../domain/faults';

test.each([
  ['gate', { host: 'gate' }],
  ['ann@gate:2200', { host: 'gate', user: 'ann', port: 2200 }],
  ['ssh://ann@gate', { host: 'gate', user: 'ann' }],
  ['[::1]:23', { host: '::1', port: 23 }],
  ['ann@example.com@gate.example.org', { host: 'gate.example.org', user: 'ann@example.com' }],
  ['[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22 }],
])('the jump host %s is read', (text, ssh) => {
  expect(parseJump(text)).toEqual(ssh);
});

test.each(['', 'a b', 'x@', ':22', 'gate:port'])('%j is refused', (text) => {
  expect(() => parseJump(text)).toThrow(/ProxyJump/);
});

test('the last host of a chain is dialled through the others, which are a chain of their own', () => {
  expect(splitJumps('outer,ann@middle:2200,[::1]:23')).toEqual({
    last: { host: '::1', port: 23 },
    before: 'outer,ann@middle:2200',
  });
  expect(splitJumps('gate')).toEqual({ last: { host: 'gate' }, before: null });
});

test.each(['a;b', '$GATE', '`a`', '-oProxyCommand=x', 'a,b c', 'a|b,gate', "gate,'x'"])(
  '%j, which a shell would read, is RouteRefused',
  (text) => {
    expect(() => splitJumps(text)).toThrow(Fault);
  },
);
