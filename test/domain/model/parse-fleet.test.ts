import { Fault } from '../../../domain/faults';
import { LATER_KEYS } from '../../../domain/model/later-keys';
import { parseFleet } from '../../../domain/model/parse-fleet';

const GOOD = `version: 1
policy:
  maxDown: 10%
services:
  locker:
    code: { repo: git/locker.git, ref: stable }
    config: { repo: git/locker-config.git, ref: stable }
    port: 8042
    probe: { path: / }
boxes:
  lxc12:
    service: locker
    ssh: { host: 10.0.0.1 }
`;
const file = '/fleet/fleet.yaml';

function faultOf(text: string): Fault {
  try {
    parseFleet(text, file);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('it was parsed');
}
/** GOOD with one thing changed; the thing must be there. */
function but(was: string, is: string): string {
  expect(GOOD).toContain(was);
  return GOOD.replace(was, is);
}

test.each(['fix/#123', 'v2.4.0+build.7', '@types/x', 'größe', 'refs/tags/v1'])('a fleet file may name the ref %s', (ref) => {
  const fleet = parseFleet(but('ref: stable', `ref: "${ref}"`), file);
  expect(Object.values(fleet.services)[0]?.code.ref).toBe(ref);
});

test.each(['git@host:~/locker.git', 'ssh://host/~kim/locker.git', '/srv/a~b.git'])(
  'a fleet file may name the repository %s',
  (repo) => {
    const fleet = parseFleet(but('repo: git/locker.git', `repo: "${repo}"`), file);
    expect(Object.values(fleet.services)[0]?.code.repo).toBe(repo);
  },
);

test('a fleet file is parsed with its defaults and knows where it is from', () => {
  const fleet = parseFleet(GOOD, file);
  expect(fleet.file).toBe(file);
  expect(fleet.policy).toEqual({ maxDown: '10%' });
  expect(Object.values(fleet.boxes)).toEqual([
    { service: 'locker', ssh: { host: '10.0.0.1' }, stage: 'fetch', sandbox: false, values: {}, lockers: {}, policy: {} },
  ]);
});

test('durations become milliseconds', () => {
  expect(parseFleet(but('maxDown: 10%', 'soak: { canary: 5m }'), file).policy).toEqual({ soak: { canary: 300_000 } });
});

test('an anchor may be used again, and a problem behind it is found at its place', () => {
  const twice = but('maxDown: 10%', 'stop: &stop { timeout: 5s }').replace(
    'probe: { path: / }',
    'probe: { path: / }\n    policy: { stop: *stop }',
  );
  expect(Object.values(parseFleet(twice, file).services)[0]?.policy).toEqual({ stop: { timeout: 5_000 } });
  expect(faultOf(twice.replace('timeout: 5s', 'timeout: soon')).evidence[0]).toMatch(/^fleet\.yaml:3:26 policy\.stop\.timeout: /);
});

describe.each<[string, string, string, string]>([
  [
    'an unknown key at the key',
    'maxDown: 10%',
    'maxDwon: 10%',
    'fleet.yaml:3:3 policy.maxDwon: is not a known key (did you mean maxDown?)',
  ],
  [
    'an unknown key far from all others with what is known',
    'host: 10.0.0.1',
    'host: a, zzz: 1',
    'fleet.yaml:13:21 boxes.lxc12.ssh.zzz: is not a known key; known here: host, port, user, identityFile, hostKey, knownHosts, proxyJump, config, via',
  ],
  ['a wrong kind at the value', 'port: 8042', 'port: web', 'fleet.yaml:8:11 services.locker.port: should be a number, not "web"'],
  ['an empty value at its key', 'port: 8042', 'port:', 'fleet.yaml:8:5 services.locker.port: should be a number, not null'],
  [
    'a number beyond the range',
    'port: 8042',
    'port: 80420',
    'fleet.yaml:8:11 services.locker.port: must be at most 65535, not 80420',
  ],
  ['a missing key at its section', '    port: 8042\n', '', 'fleet.yaml:5:3 services.locker.port: is missing'],
  ['a limit of zero', 'maxDown: 10%', 'maxDown: 0', 'fleet.yaml:3:12 policy.maxDown: must be at least 1, not 0'],
  [
    'a limit of no per cent',
    'maxDown: 10%',
    'maxDown: 0%',
    'fleet.yaml:3:12 policy.maxDown: write a percentage from 1% to 100% (not "0%")',
  ],
  [
    'a word that none of several choices has',
    'maxDown: 10%',
    'gates: canry',
    'fleet.yaml:3:10 policy.gates: should be none or canary or every or a list, not "canry" (did you mean canary?)',
  ],
  [
    'a duration without a unit',
    'maxDown: 10%',
    'soak: { canary: 30 }',
    'fleet.yaml:3:19 policy.soak.canary: write a duration such as 500ms, 10s, 5m or 24h (not 30)',
  ],
  [
    'a deadline of nothing',
    'maxDown: 10%',
    'stop: { timeout: 0s }',
    'fleet.yaml:3:20 policy.stop.timeout: this duration is more than 0s (not "0s")',
  ],
  [
    'a deadline that no timer can hold',
    'maxDown: 10%',
    'stop: { timeout: 501h }',
    'fleet.yaml:3:20 policy.stop.timeout: a duration is at most 500h (not "501h")',
  ],
  [
    'a rest before the end of the batches',
    'maxDown: 10%',
    'batches: [1, rest, 5]',
    'fleet.yaml:3:12 policy.batches: rest can only be the last: nobody is left after it',
  ],
  [
    'a bad size at its place in the list',
    'maxDown: 10%',
    'batches: [1, 0]',
    'fleet.yaml:3:16 policy.batches.1: must be at least 1, not 0',
  ],
  [
    'a kind of drain that there is not',
    'port: 8042',
    'port: 8042\n    drain: { kind: htp }',
    'fleet.yaml:9:20 services.locker.drain.kind: should be http or exec, not "htp" (did you mean http?)',
  ],
  [
    'a path with spaces',
    'path: /',
    'path: /a b',
    'fleet.yaml:9:20 services.locker.probe.path: a path begins with / and has no spaces (not "/a b")',
  ],
  [
    'a box that names an unknown service',
    'service: locker',
    'service: loker',
    'fleet.yaml:12:14 boxes.lxc12.service: names the service "loker", which is not in services (did you mean locker?)',
  ],
  [
    'a name with a quote',
    'lxc12:',
    `"lxc'12":`,
    `fleet.yaml:11:3 boxes."lxc'12": this name can not be used: use 1-32 of a-z, 0-9 and -, not beginning or ending with -`,
  ],
  [
    'a name with a newline, on one line',
    'lxc12:',
    '"lxc\\n12":',
    'fleet.yaml:11:3 boxes."lxc\\n12": this name can not be used: use 1-32 of a-z, 0-9 and -, not beginning or ending with -',
  ],
  [
    'a name that looks like an option',
    'lxc12:',
    '--force:',
    'fleet.yaml:11:3 boxes.--force: this name can not be used: use 1-32 of a-z, 0-9 and -, not beginning or ending with -',
  ],
  [
    'a host that ssh would take for an option',
    'host: 10.0.0.1',
    'host: -oProxyCommand=x',
    'fleet.yaml:13:18 boxes.lxc12.ssh.host: a host name or an address (not "-oProxyCommand=x")',
  ],
  [
    'a ref that git would take for an option',
    'ref: stable',
    'ref: --upload-pack=x',
    'fleet.yaml:6:40 services.locker.code.ref: use a branch, a tag or a full commit id (not "--upload-pack=x")',
  ],
  [
    'a look-up of git instead of a name',
    'ref: stable',
    'ref: stable~1',
    'fleet.yaml:6:40 services.locker.code.ref: that is a look-up of git, not the name of a branch or a tag; give the name, or the full commit id (not "stable~1")',
  ],
  [
    'a repository under ~',
    'repo: git/locker.git',
    'repo: ~/git/locker.git',
    'fleet.yaml:6:19 services.locker.code.repo: "~" is another folder for each account: write the path in full, as the machine that fetches has it (not "~/git/locker.git")',
  ],
  [
    'packed dependencies under ~',
    'port: 8042',
    'packed: { folder: ~/packed, lockfile: package-lock.json }\n    port: 8042',
    'fleet.yaml:8:23 services.locker.packed.folder: "~" is another folder for each account: write the path in full, as the machine that fetches has it (not "~/packed")',
  ],
  ['a name that vanishes in JavaScript', 'lxc12:', '__proto__:', 'fleet.yaml:11:3 __proto__: this name can not be used'],
  ['a key that is a list', 'lxc12:', '[a, b]:', 'fleet.yaml:11:3 a key is a word, not a list or a section'],
  [
    'a key that is written twice',
    'maxDown: 10%',
    'maxDown: 10%\n  maxDown: 3',
    'fleet.yaml:4:3 maxDown: this key is written twice',
  ],
  ['a tab', '  maxDown', '\tmaxDown', 'fleet.yaml:3:1 Tabs are not allowed as indentation'],
  ['an alias to nothing', 'maxDown: 10%', 'maxDown: *all', 'fleet.yaml:3:12 *all names no anchor'],
  ['a tag that is not understood', 'maxDown: 10%', 'maxDown: !percent 10', 'fleet.yaml:3:12 Unresolved tag: !percent'],
  ['another version of the format', 'version: 1', 'version: 2', 'fleet.yaml:1:10 version: should be 1, not 2'],
])('a fleet file with %s', (_, was, is, line) => {
  test('is refused, with line and column', () => {
    const fault = faultOf(but(was, is));
    expect(fault.code).toBe('FleetFileInvalid');
    expect(fault.evidence).toContain(line);
    expect(fault.message).toContain(file);
  });
});

test.each([
  ['', 'fleet.yaml:1:1 the file is empty; it begins with "version: 1"'],
  ['# nothing\n', 'fleet.yaml:1:1 the file is empty; it begins with "version: 1"'],
  ['- 1\n', 'fleet.yaml:1:1 the file should be a section with keys; it begins with "version: 1"'],
  [`${GOOD}---\nversion: 1\n`, 'fleet.yaml:14:1 one file holds one document: remove the line "---"'],
  ['a: [1,\n', 'fleet.yaml:2:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
])('a text that is no fleet file is refused: %j', (text, line) => {
  expect(faultOf(text).evidence).toEqual([line]);
});

test('a small text that would unfold into a huge one is refused', () => {
  const nested = ['a', 'b', 'c', 'd'].map(
    (name, i, all) =>
      `${name}: &${name} [${Array(9)
        .fill(i === 0 ? 'x' : `*${all[i - 1]}`)
        .join()}]\n`,
  );
  expect(faultOf(nested.join('')).sentence).toContain('Excessive alias count');
});

test('every problem is told at once, in the order of the file', () => {
  const text = but('maxDown: 10%', 'maxDwon: 1\n  soak: { canary: soon }')
    .replace('port: 8042', 'port: 0')
    .replace('service: locker', 'service: other');
  const { evidence, sentence } = faultOf(text);
  expect(evidence.map((line) => line.split(' ')[0])).toEqual([
    'fleet.yaml:3:3',
    'fleet.yaml:4:19',
    'fleet.yaml:9:11',
    'fleet.yaml:13:14',
  ]);
  expect(sentence).toContain('(and 3 more)');
});

test('a box may be called like something of JavaScript', () => {
  expect(Object.keys(parseFleet(but('lxc12:', 'constructor:'), file).boxes)).toEqual(['constructor']);
  expect(faultOf(but('service: locker', 'service: constructor')).evidence[0]).toContain('names the service "constructor"');
});

describe('a key of a later version', () => {
  test.each(LATER_KEYS)('$key is refused as not available yet, with line and column', ({ key, what }) => {
    const path = key.replace(/^policy\./, '').split('.');
    const section = path.reduceRight((inner, name) => `{ ${name}: ${inner} }`, '1');
    const { code, evidence } = faultOf(GOOD.replace('policy:\n  maxDown: 10%', `policy:\n  ${section}`));
    expect(code).toBe('NotAvailableYet');
    expect(evidence).toEqual([expect.stringMatching(/^fleet\.yaml:3:\d+ policy\./)]);
    expect(evidence[0]).toContain(what);
  });

  test('is named at the key', () => {
    expect(faultOf(but('maxDown: 10%', 'drain: { waves: x }')).evidence).toEqual([
      'fleet.yaml:3:12 policy.drain.waves: is not available yet (waves of boxes)',
    ]);
  });

  test('is told beside real mistakes, which come first', () => {
    const { code, evidence } = faultOf(but('maxDown: 10%', 'rehearsal: true\n  maxDown: 0'));
    expect(code).toBe('FleetFileInvalid');
    expect(evidence).toHaveLength(2);
  });

  test('means the key, not any key of that name: a value called freeze is a value', () => {
    expect(() => parseFleet(but('service: locker', 'service: locker\n    values: { freeze: true }'), file)).not.toThrow();
  });
});
