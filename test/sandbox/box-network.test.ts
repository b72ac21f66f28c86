import {
  boxAddress,
  freeSubnet,
  hostAddress,
  lockerAddress,
  lockerMac,
  lockerNames,
  lockerNumber,
  MAX_LOCKERS,
  networkOf,
  SUBNETS,
} from '../../sandbox/box-network';

const network = networkOf('0123abcd', 0, 12);

test('host, box and lockers of a sandbox have addresses of one /22', () => {
  expect([hostAddress(network), boxAddress(network)]).toEqual(['10.77.48.1', '10.77.48.2']);
  expect([1, 12, 245, 246, 300].map((n) => lockerAddress(network, n))).toEqual([
    '10.77.48.11',
    '10.77.48.22',
    '10.77.48.255',
    '10.77.49.0',
    '10.77.49.54',
  ]);
});

test('a thousand lockers have different addresses, all inside the subnet and none its broadcast', () => {
  const all = Array.from({ length: MAX_LOCKERS }, (_, index) => lockerAddress(network, index + 1));
  expect(new Set([...all, hostAddress(network), boxAddress(network)]).size).toBe(MAX_LOCKERS + 2);
  expect(all.every((ip) => /^10\.77\.(48|49|50|51)\.\d+$/.test(ip))).toBe(true);
  expect(all).not.toContain('10.77.51.255');
});

test('hardware addresses are local ones, and differ between lockers and between boxes', () => {
  const other = networkOf('0123abcd', 1, 13);
  const all = [lockerMac(network, 1), lockerMac(network, 300), lockerMac(other, 1)];
  expect(new Set(all).size).toBe(3);
  for (const mac of all) expect(mac).toMatch(/^02(:[0-9a-f]{2}){5}$/);
});

test('interface names fit the kernel, for many boxes of one sandbox too', () => {
  expect(networkOf('0123abcd', 9_999, 0).hostLink.length).toBeLessThanOrEqual(15);
});

test.each([
  [[], 12],
  [['127.0.0.1', '192.0.2.2', 'fe80::1'], 12],
  [['10.77.48.1'], 13],
  [['10.77.51.200', '10.77.52.1'], 14],
  [Array.from({ length: SUBNETS - 1 }, (_, index) => `10.77.${index * 4}.1`), SUBNETS - 1],
])('with %j in use the subnet is the next free one', (taken, expected) => {
  expect(freeSubnet(taken)).toBe(expected);
});

test('with all subnets in use there is none', () => {
  expect(freeSubnet(Array.from({ length: SUBNETS }, (_, index) => `10.77.${index * 4 + 1}.9`))).toBeNull();
});

test('lockers are named in their order, with as many digits as it takes', () => {
  expect(lockerNames(12).slice(-2)).toEqual(['l11', 'l12']);
  expect(lockerNames(300).at(0)).toBe('l001');
  expect(lockerNames(300).map(lockerNumber).at(-1)).toBe(300);
});

test('a box that comes back gets the subnet that it had, unless somebody has taken it', () => {
  expect(freeSubnet(['10.77.48.1'], 20)).toBe(20);
  expect(freeSubnet(['10.77.80.1'], 20)).toBe(12);
});
