import { createRequire } from 'node:module';
import { algorithmsFor, HAS, mayLogIn } from '../../activities/adapters/ssh/ssh2-algorithms';
import { PLAIN_HOP } from '../../activities/adapters/ssh/route';
import type { Algorithms, Hop } from '../../activities/adapters/ssh/route';

const ssh2 = createRequire(__filename)('ssh2/lib/protocol/constants.js') as Record<string, string[]>;
const nothing = { keys: [], withoutPort: [] };
const allowing = (algorithms: Partial<Algorithms>): Hop => ({
  ...PLAIN_HOP,
  name: 'lxc12',
  host: '10.0.0.12',
  user: 'lockstep',
  identityFiles: [],
  algorithms: { ...PLAIN_HOP.algorithms, ...algorithms },
});

test('ssh2 has every algorithm that we say it has', () => {
  expect(ssh2['SUPPORTED_KEX']).toEqual(expect.arrayContaining([...HAS.kex]));
  expect(ssh2['SUPPORTED_CIPHER']).toEqual(expect.arrayContaining([...HAS.cipher]));
  expect(ssh2['SUPPORTED_MAC']).toEqual(expect.arrayContaining([...HAS.mac]));
});

test('what the config allows is offered in its order, without what ssh2 has not', () => {
  const hop = allowing({
    kex: ['sntrup761x25519-sha512@openssh.com', 'ecdh-sha2-nistp256', 'curve25519-sha256'],
    ciphers: ['aes256-ctr'],
  });
  expect(algorithmsFor(hop, nothing)).toMatchObject({ kex: ['ecdh-sha2-nistp256', 'curve25519-sha256'], cipher: ['aes256-ctr'] });
  expect(algorithmsFor(hop, nothing)).not.toHaveProperty('hmac');
});

test('a config that allows nothing that ssh2 has is a fault with its cure', () => {
  const hop = allowing({ kex: ['sntrup761x25519-sha512@openssh.com'] });
  expect(() => algorithmsFor(hop, nothing)).toThrow(expect.objectContaining({ code: 'NoCommonAlgorithm' }));
  expect(() => algorithmsFor(allowing({ hostKey: ['ssh-ed25519-cert-v01@openssh.com'] }), nothing)).toThrow('HostKeyAlgorithms');
});

test('a key of a type that the config does not accept is not shown', () => {
  const hop = allowing({ publicKey: ['ssh-ed25519', 'rsa-sha2-512'] });
  expect(['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256'].map((type) => mayLogIn(hop, type))).toEqual([true, true, false]);
});
