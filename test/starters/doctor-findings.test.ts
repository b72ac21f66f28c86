/** Answers into findings: the tables behind doctor and install-box, and their text. */
import { boxFindings } from '../../starters/doctor/box-findings';
import { checkClock, checkDisk, checkInodes, checkKernel, checkLockers, checkNode } from '../../starters/doctor/check-figures';
import { findingCounts, findingLines } from '../../starters/doctor/finding-lines';
import { hostFindings, unseenHost } from '../../starters/doctor/host-findings';
import { localFindings } from '../../starters/doctor/local-findings';
import { forcedFinding, reachFindings } from '../../starters/doctor/reach-findings';
import { checkHost } from '../../starters/install/check-host';
import type { HostFacts } from '../../box-install/wanted';
import { FAULTS } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import { Inventory } from '../../domain/model/inventory';
import { noPaint } from '../../starters/render/paint';
import { expectGolden } from '../support/golden';

const GIB = 1024 ** 3;
const at = '2026-11-21T12:00:00.000Z';
const token = 'r1/lxc12/l01/1/update';
const clock = { asked: Date.parse(at), answered: Date.parse(at) + 5 };

const facts: HostFacts = {
  at,
  node: 'v20.20.0',
  lxc: '5.0.2',
  git: 'git version 2.39.5',
  flock: true,
  visudo: true,
  sudo: true,
  pid1: 'init',
  systemd: false,
  rcFolders: ['/etc/rc2.d'],
  cron: false,
  psi: true,
  kernel: { neighbours: 1024, terminals: 3072 },
  disk: { path: '/var', freeBytes: 40 * GIB, freePercent: 60, freeInodesPercent: 90 },
  lxcPathThere: true,
  proxmox: false,
  containers: [],
  hooks: ['/etc/init.d/lockstep'],
  recorded: true,
  installed: null,
};
const check = { box: 'lxc12', lxcPath: '/var/lib/lxc', needsSudo: true, hook: 'init.d', clock } as const;

const locker = {
  name: 'l01',
  state: 'running',
  address: '10.0.0.1',
  initPid: 100,
  current: null,
  running: null,
  next: null,
  healthy: true,
  reportedBuild: 'b1',
  wanted: 'up',
  owed: null,
  parked: null,
  targetConfigDigest: null,
  problems: [],
};
const inventory = {
  box: 'lxc12',
  at,
  bootId: 'boot',
  lockerd: '0.1.0',
  node: 'v20.20.0',
  lxc: '5.0.2',
  cores: 2,
  pressure: { cpuSomeAvg10: 1, memoryAvailablePercent: 50, loadPerCore: 0.1 },
  disk: { freeBytes: 40 * GIB, freePercent: 60 },
  lease: null,
  lockers: [locker],
};
const seen = (more: object) => boxFindings({ inventory: Inventory.parse({ ...inventory, ...more }), clock });
const states = (findings: readonly { check: string; state: string }[], ...wanted: string[]) =>
  findings.filter(({ state }) => wanted.includes(state)).map(({ check: name }) => name);

test.each([
  ['v16.0.0', 'fail'],
  ['v18.0.0', 'ok'],
  ['v22.1.0', 'ok'],
  ['', 'fail'],
])('Node %j is %s', (version, state) => expect(checkNode(version).state).toBe(state));

test.each([
  [40 * GIB, 60, 'ok'],
  [40 * GIB, 3, 'warn'],
  [GIB, 60, 'warn'],
  [GIB / 8, 60, 'fail'],
])('a disk with %d bytes and %d %% free is %s', (freeBytes, freePercent, state) =>
  expect(checkDisk({ freeBytes, freePercent }, '/var').state).toBe(state),
);

test.each([
  [90, 'ok'],
  [3, 'warn'],
  [0, 'fail'],
])('%d %% of the inodes is %s', (percent, state) => expect(checkInodes(percent).state).toBe(state));

test.each([
  [1_500, 'ok', 'as ours'],
  [900, 'ok', '0.1 s behind ours'],
  [5_000, 'warn', '3.0 s ahead of ours'],
  [-200_000, 'fail', '201.0 s behind ours'],
])('a clock that says %d when asked from 1000 to 2000 is %s: %s', (theirs, state, text) =>
  expect(checkClock(theirs, { asked: 1_000, answered: 2_000 })).toMatchObject({ state, seen: text }),
);

test.each([
  [300, 'ok', 'ok'],
  [400, 'ok', 'ok'],
  [500, 'warn', 'ok'],
  [1000, 'warn', 'warn'],
])('for %i lockers the kernel of a stock Debian has room for neighbours: %s, for terminals: %s', (lockers, ...wanted) => {
  expect(checkKernel({ neighbours: 1024, terminals: 3072 }, lockers).map(({ state }) => state)).toEqual(wanted);
});

test('what sysctl is to be told is named, with all three that belong together', () => {
  const [neighbours, terminals] = checkKernel({ neighbours: 1024, terminals: 3072 }, 1000);
  expect(neighbours?.seen).toBe('room for 1024 in the kernel, 1000 lockers need about 2128');
  expect(neighbours?.cure).toMatch(/gc_thresh1=2048 net.*gc_thresh2=4096 net.*gc_thresh3=8192`/);
  expect(terminals?.cure).toContain('kernel.pty.max=8192');
  expect(checkKernel({ neighbours: null, terminals: null }, 1000).map(({ state }) => state)).toEqual(['skip', 'skip']);
});

test('install-box warns of it before the lockers are there to suffer', () => {
  const containers = Array.from({ length: 600 }, (_, index) => ({ name: `l${index}`, problems: [] }));
  expect(states(checkHost({ ...facts, containers }, check), 'warn')).toContain('neighbours');
});

test.each([
  ['all serve', {}, 'ok'],
  ['one that is wanted up does not serve', { healthy: false, wanted: 'up' }, 'fail'],
  ['it is down on purpose', { healthy: false, wanted: 'down' }, 'ok'],
  ['a script has it down for a moment', { healthy: false, wanted: 'up', parked: { by: 'local:jane', token, since: at } }, 'ok'],
  ['a rollout has it down', { healthy: false, wanted: 'up', owed: { token, from: 1, to: 2, since: at } }, 'ok'],
])('where %s, the lockers are %s', (_, more, state) => {
  const findings = seen({ lockers: [{ ...locker, ...more }] });
  expect(findings.find(({ check: name }) => name === 'lockers')).toMatchObject({ state });
});

test('many lockers with the same trouble are one finding', () => {
  const problems = [{ code: 'halt-signal-missing' as const, detail: 'config: not set' }];
  const lockers = ['l01', 'l02', 'l03', 'l04'].map((name) => ({ name, problems: [...problems, ...problems] }));
  const [finding] = checkLockers(lockers, 'fail').filter(({ state }) => state !== 'ok');
  expect(finding).toMatchObject({ check: 'halt signals', state: 'fail' });
  expect(finding?.seen).toMatch(/^4 of 4 lockers\n/);
  expect(finding?.seen.split('\n')).toHaveLength(5);
});

test.each(Object.keys(FAULTS) as FaultCode[])(
  'a question that ends in %s fails at one step; those before are fine, those after not looked at',
  (code) => {
    const found = reachFindings({ code, sentence: 'It is so.', cure: 'Mend it.', evidence: ['a line'] }).map(
      ({ state }) => state,
    );
    expect(found.join(' ')).toMatch(/^(ok )*fail( skip)*$/);
  },
);

test('answered: every step is fine', () => expect(states(reachFindings(null), 'fail', 'warn', 'skip')).toEqual([]));

test('a key that opens a shell is told', () => {
  expect([{ shell: true }, { shell: false }, null].map((said) => forcedFinding(said).state)).toEqual(['warn', 'ok', 'skip']);
});

test('a box that is well has nothing to look at', () => expect(states(seen({}), 'warn', 'fail', 'skip')).toEqual([]));

test.each([
  ['an older lockerd', { lockerd: '0.0.9' }, ['version']],
  ['a lease left behind', { lease: { holder: 'r1', generation: 1, by: 'jo', since: at } }, ['lease']],
  ['a freeze', { freeze: { by: 'local:jo', reason: 'audit', since: at } }, ['freeze']],
  ['no lockers', { lockers: [] }, ['lockers']],
  ['no PSI', { pressure: { ...inventory.pressure, cpuSomeAvg10: null } }, ['pressure']],
  ['a crash loop', { lockers: [{ ...locker, crashLoop: true }] }, ['crash loops']],
  ['autostart', { lockers: [{ ...locker, problems: [{ code: 'autostart-on', detail: 'x' }] }] }, ['autostart']],
  ['a clock', { at: '2026-11-21T12:00:10.000Z' }, ['clock']],
])('%s is told, and it alone', (_, more, wanted) => {
  expect(states(seen(more), 'warn')).toEqual(wanted);
  expect(states(seen(more), 'fail')).toEqual([]);
});

test('a lost /Me fails', () => {
  const problems = [{ code: 'me-not-mounted', detail: 'x' }];
  expect(states(seen({ lockers: [{ ...locker, problems }] }), 'fail')).toEqual(['/Me']);
});

test('a host that is fit is told so', () => expect(states(checkHost(facts, check), 'warn', 'fail')).toEqual([]));

test.each([
  ['no LXC', { lxc: null }, {}, 'LXC'],
  ['no git', { git: null }, {}, 'git'],
  ['no flock', { flock: false }, {}, 'flock'],
  ['no sudo', { sudo: false }, {}, 'sudo'],
  ['no LXC path', { lxcPathThere: false }, {}, 'LXC path'],
  ['no LXD', { lxc: null }, { kind: 'lxd' as const }, 'LXD'],
  ['no Incus', { lxc: null }, { kind: 'incus' as const }, 'INCUS'],
  ['Proxmox VE, which writes the configs itself', { proxmox: true }, {}, 'Proxmox'],
  ['no folder of LXD', { lxcPathThere: false }, { kind: 'lxd' as const }, 'LXC path'],
  ['another box', { installed: { box: 'lxc13' } }, {}, 'box.json'],
  ['no systemd for its unit', {}, { hook: 'systemd' as const }, 'boot'],
  ['no cron for its line', {}, { hook: 'cron' as const }, 'boot'],
  ['an old Node', { node: 'v16.1.0' }, {}, 'Node'],
])('a host with %s is refused', (_, lacks, more, name) => {
  expect(states(checkHost({ ...facts, ...lacks }, { ...check, ...more }), 'fail')).toEqual([name]);
});

test('on a host with Proxmox VE containers of another path, or of LXD, are none of its own', () => {
  const proxmox = { ...facts, proxmox: true };
  expect(states(checkHost(proxmox, { ...check, lxcPath: '/srv/lxc' }), 'fail')).toEqual([]);
  expect(states(checkHost(proxmox, { ...check, kind: 'lxd', lxcPath: '/var/lib/lxd/containers' }), 'fail')).toEqual([]);
});

test('sudo is asked for only where the rollouts are not root', () => {
  expect(states(checkHost({ ...facts, sudo: false }, { ...check, needsSudo: false }), 'fail')).toEqual([]);
});

test('lockers from before Lockstep only warn when a box is installed', () => {
  const problems = [
    { code: 'mount-missing' as const, detail: 'x' },
    { code: 'autostart-on' as const, detail: 'y' },
  ];
  expect(states(checkHost({ ...facts, containers: [{ name: 'l01', problems }] }, check), 'warn')).toEqual([
    'mounts',
    'autostart',
  ]);
});

const faultOf = (code: FaultCode) => ({ code, sentence: FAULTS[code].sentence, cure: FAULTS[code].cure, evidence: [] });

test('the text of a doctor with everything in it', () => {
  const temporal = {
    kind: 'answers' as const,
    address: '127.0.0.1:7233',
    namespace: 'default',
    namespaceFault: null,
    missingAttributes: ['LockstepBox'],
    silentQueues: ['lockstep-ssh'],
    stuck: [{ box: 'lxc12', why: '[TMPRL1100] Nondeterminism error' }],
  };
  const local = localFindings({ node: 'v20.20.0', fleet: { file: '/srv/fleet.yaml', boxes: ['lxc12'] }, temporal });
  const problems = [{ code: 'halt-signal-missing', detail: 'lxc.signal.halt is not set' }];
  const box = seen({ lockers: [{ ...locker, problems }], lease: { holder: 'r1', generation: 1, by: 'jo', since: at } });
  const findings = [
    ...local,
    ...reachFindings(null),
    forcedFinding({ shell: false }),
    ...box,
    ...unseenHost('needs an admin: --as USER@HOST'),
  ];
  expectGolden('doctor.txt', `${[...findingLines(findings, noPaint), '', findingCounts(findings)].join('\n')}\n`);
});

test('the text of a doctor who is not let in', () => {
  const local = localFindings({
    node: 'v18.0.0',
    fleet: { file: '/srv/fleet.yaml', boxes: ['lxc12'] },
    temporal: { kind: 'not-started' },
  });
  const findings = [
    ...local,
    ...reachFindings(faultOf('LoginRefused')),
    forcedFinding(null),
    ...hostFindings({ ...facts, hooks: [], recorded: false }, 'lxc12'),
  ];
  expectGolden('doctor-not-let-in.txt', `${[...findingLines(findings, noPaint), '', findingCounts(findings)].join('\n')}\n`);
});
