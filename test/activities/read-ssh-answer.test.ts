import { fillTokens } from '../../activities/adapters/ssh/fill-tokens';
import { complaintsOf, readSshAnswer, splitPaths } from '../../activities/adapters/ssh/read-ssh-answer';

const there = (path: string) => path === '/x y/known';

test('values are read in order, whatever the case of the keyword, and what is not printed is absent', () => {
  const answer = readSshAnswer('host lxc12\nidentityfile /a b\nIdentityFile ~/c\n', '');
  expect(answer.all('identityfile')).toEqual(['/a b', '~/c']);
  expect(answer.one('host')).toBe('lxc12');
  expect(answer.one('port')).toBeUndefined();
});

test('what ssh tells when it is talkative is no complaint', () => {
  const stderr =
    'OpenSSH_9.2p1, OpenSSL 3\r\ndebug1: Reading configuration data x\r\nx: line 1: Bad configuration option: foo\r\n\r\n';
  expect(complaintsOf(stderr)).toEqual(['x: line 1: Bad configuration option: foo']);
});

describe('a list of paths, which ssh prints without quotes', () => {
  test('is split at what ssh told of', () => {
    const stderr = "debug3: expanded UserKnownHostsFile '~/my keys/k' -> '/home/ann/my keys/k'\n";
    const { expandedKnownHosts } = readSshAnswer('', stderr);
    expect(splitPaths('/home/ann/my keys/k /b', expandedKnownHosts, there)).toEqual(['/home/ann/my keys/k', '/b']);
  });

  test('keeps the words of a file that is there together', () => {
    expect(splitPaths('/a /x y/known /b', [], there)).toEqual(['/a', '/x y/known', '/b']);
  });

  test('may be empty', () => {
    expect(splitPaths('', [], there)).toEqual([]);
  });
});

describe('the tokens of ProxyCommand', () => {
  const tokens = { h: '10.0.0.12', n: 'lxc12', p: '22', r: 'ops' };

  test('are filled in once', () => {
    expect(fillTokens('nc %h %p # %n %r %%h', 'ProxyCommand', tokens)).toBe('nc 10.0.0.12 22 # lxc12 ops %h');
  });

  test.each(['nc %d', 'nc %', 'nc %C'])('of %j ssh knows none: it is refused', (text) => {
    expect(() => fillTokens(text, 'ProxyCommand', tokens)).toThrow(/ssh does not know/);
  });
});
