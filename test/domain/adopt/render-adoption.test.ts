import type { AdoptionPlan, AdoptLocker } from '../../../domain/adopt/adoption';
import { fleetLines } from '../../../domain/adopt/fleet-lines';
import { adoptionLines, undoLines } from '../../../domain/adopt/render-adoption';
import { wantedConfig } from '../../../domain/adopt/wanted-config';
import { BoxName, CodeId, Digest, LockerName, ReleaseId, Sha } from '../../../domain/model/ids';
import { expectGolden } from '../../support/golden';
import { oldConfig, oldFacts, TREE } from './old-locker';

const box = BoxName.parse('lxc12');
const digest = Digest.parse('d'.repeat(64));

function locker(name: string, more: Partial<AdoptLocker> = {}): AdoptLocker {
  const facts = oldFacts({}, oldConfig());
  const { difference } = wantedConfig(facts);
  return {
    name: LockerName.parse(name),
    runs: true,
    kind: 'adopt',
    configFile: `/var/lib/lxc/${name}/config`,
    difference: difference.map((line) => line.replaceAll('l01', name)),
    notes: [`data stays in /srv/lockers/Me/${name}`, `config is copied from /srv/lockers/Config/${name}`],
    problems: [],
    ...more,
  };
}

const plan: AdoptionPlan = {
  box,
  code: {
    tree: TREE,
    checkout: true,
    revision: Sha.parse('4eef65'.padEnd(40, '0')),
    subject: 'Answer sooner when the queue is long',
    id: CodeId.parse('c0ffee0000001'),
    release: ReleaseId.parse('r0ffee0000001'),
    label: 'adopted-20261120-g4eef65-dirty',
    build: '212-g4eef65000000',
    named: false,
    bytes: 52_000_000,
    changed: [' M scheduler.js', '?? hotfix.js'],
  },
  lockers: [
    ...Array.from({ length: 9 }, (_, index) => locker(`l0${index + 1}`)),
    locker('l10', {
      problems: [{ code: 'no-halt-handler', detail: 'its init has no handler for SIGTERM', cure: 'Give the service a handler.' }],
    }),
    locker('l11', { kind: 'already', difference: [], notes: [] }),
  ],
  found: [],
  strangers: ['db01', 'proxy'],
  notes: ['1 started before the last change of the tree (l04): what they run is older than what they come up with next'],
  digest,
};

test('the plan of an adoption', () => expectGolden('adoption.txt', `${adoptionLines(plan).join('\n')}\n`));

const root = (name: string) => `/var/lib/lxc/${name}/rootfs`;

test('the plan of an adoption of what was found, with what the fleet file lacks', () => {
  const found = ['l01', 'l02'].map((name) => ({
    name: LockerName.parse(name),
    init: 'sysvinit' as const,
    halt: 'SIGPWR',
    port: 4873,
    listens: [22, 4873],
    command: '/usr/bin/node /opt/registry/cli.js',
    service: 'registry',
    output: '/var/log/registry.log',
    code: { at: '/opt/registry', on: `${root(name)}/opt/registry`, because: 'its command line names it' },
    config: { at: '/etc/registry', on: `${root(name)}/etc/registry`, because: 'its service names it' },
    me: null,
  }));
  const code = plan.code && {
    ...plan.code,
    tree: `${root('l01')}/opt/registry`,
    checkout: false,
    subject: '',
    changed: [],
    named: true,
  };
  const shown = { ...plan, code, found, lockers: [locker('l01'), locker('l02')], notes: [], strangers: [] };
  const lines = adoptionLines(shown, fleetLines('registry', { port: 8042 }, found));
  expectGolden('adoption-of-found.txt', `${lines.join('\n')}\n`);
});

test('nothing to adopt', () => {
  const there = { ...plan, code: null, notes: [], strangers: [], lockers: [locker('l11', { kind: 'already' })] };
  expect(adoptionLines(there)).toEqual(['Adoption of lxc12: 0 of 1 lockers, 1 already adopted', '']);
});

const restarted = (name: string) => ({
  name: LockerName.parse(name),
  kind: 'can-not' as const,
  because: 'it was restarted since and runs version 2 on its new mounts',
  cure: `To leave Lockstep: \`lockerctl stop ${name}\` on the box, undo again.`,
});
const back = (name: string) => ({ name: LockerName.parse(name), kind: 'restore' as const, because: '', cure: '' });

test('the undoing of an adoption', () => {
  const lockers = [restarted('l01'), restarted('l02'), back('l03'), back('l04')];
  expectGolden('adoption-undo.txt', `${undoLines({ box, lockers, digest }).join('\n')}\n`);
});
