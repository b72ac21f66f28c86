import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesIn, addressesOf, parseFour, parseSix } from '../../box/lxc/addresses';
import { resolveBelow } from '../../box/locker/path-in-locker';

const FIB_TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.77.48.0/22 2 0 2
        +-- 10.77.48.0/23 2 0 1
           |-- 10.77.48.0
              /22 link UNICAST
           |-- 10.77.49.116
              /32 host LOCAL
        |-- 10.77.51.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
     |-- 172.31.9.1
        /32 link UNICAST
        /32 host LOCAL
Local:
           |-- 10.77.49.116
              /32 host LOCAL
`;

test('the IPv4 addresses are those that the network itself has', () => {
  expect(parseFour(FIB_TRIE)).toEqual(['10.77.49.116', '172.31.9.1']);
});

test('of the IPv6 addresses those count that lead somewhere and are in use', () => {
  const lines = [
    'fe8000000000000000fc00fffe000001 04 40 20 80     eth0',
    'fd4c0053000000000000000000000013 04 40 00 80     eth0',
    'fd4c0053000000000000000000000014 04 40 00 40     eth0',
    '20010db8000000000000000000000001 0b 40 00 82    eth10',
    '00000000000000000000000000000001 01 80 10 80       lo',
  ];
  expect(parseSix(lines.join('\n'))).toEqual(['fd4c:53::13', '2001:db8::1']);
});

test.each<[string, string | null, readonly string[] | null, readonly string[]]>([
  ['the one of its config first, where it has it', '10.0.3.5', ['172.17.0.1', '10.0.3.5'], ['10.0.3.5', '172.17.0.1']],
  ['those it has, where its config says another', '10.0.3.5', ['10.0.3.9'], ['10.0.3.9']],
  ['none yet, whatever its config says', '10.0.3.5', [], []],
  ['what its config says, where it does not run', '10.0.3.5', null, ['10.0.3.5']],
  ['none, where nobody knows', null, null, []],
])('a locker has %s', (_, inConfig, seen, wanted) => expect(addressesOf(inConfig, seen)).toEqual(wanted));

test('a process that has ended has no network to be read', async () => {
  expect(await addressesIn(2 ** 30)).toBeNull();
  expect(await addressesIn(process.pid)).toEqual(expect.any(Array));
});

test('a link of a locker leads to where it would lead in the locker', async () => {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-root-'));
  mkdirSync(join(root, 'run'));
  mkdirSync(join(root, 'var'));
  symlinkSync('/run', join(root, 'var/run'));
  symlinkSync('../run', join(root, 'var/near'));
  symlinkSync('../../../..', join(root, 'var/up'));
  symlinkSync('/var/round', join(root, 'var/round'));
  expect(await resolveBelow(root, '/var/run/app.sock')).toBe(join(root, 'run/app.sock'));
  expect(await resolveBelow(root, '/var/near/./app.sock')).toBe(join(root, 'run/app.sock'));
  expect(await resolveBelow(root, '/var/up/run/app.sock')).toBe(join(root, 'run/app.sock'));
  expect(await resolveBelow(root, '/var/round')).toBeNull();
  rmSync(root, { recursive: true });
});
