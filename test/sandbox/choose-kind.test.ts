import { Fault } from '../../domain/faults';
import { chooseKind } from '../../sandbox/choose-kind';
import type { KindWish } from '../../sandbox/choose-kind';
import type { Machine } from '../../sandbox/require-sandbox-tools';

const whole: Machine = { platform: 'linux', uid: 0, has: () => true };
const bare: Machine = { ...whole, uid: 1000, has: (command) => command === 'git' || command === 'flock' };
const wish = (more: Partial<KindWish> = {}): KindWish => ({ box: 'lxc12', known: null, wished: null, ...more });

function faultOf(machine: Machine, more: Partial<KindWish>): Fault {
  try {
    chooseKind(machine, wish(more));
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('no fault');
}

test('a machine with everything makes containers, without a word', () => {
  expect(chooseKind(whole, wish())).toEqual({ kind: 'lxc', note: null });
});

test('a bare machine makes processes, and says what is missing and how to get it', () => {
  expect(chooseKind(bare, wish())).toEqual({
    kind: 'process',
    note:
      'box lxc12: lockers are plain processes here, not LXC containers (missing: root, lxc-start, sshd, ssh-keygen, ip, nsenter). ' +
      'For real ones as root: apt-get install -y lxc openssh-server openssh-client iproute2 util-linux',
  });
});

test('without root alone it says to run as root', () => {
  expect(chooseKind({ ...whole, uid: 1000 }, wish()).note).toContain('(missing: root). For real ones run it as root');
});

test('processes can be asked for where containers could be made', () => {
  expect(chooseKind(whole, wish({ wished: 'process' }))).toMatchObject({
    kind: 'process',
    note: expect.stringContaining('asked for'),
  });
});

test('a box stays what it was made of, and says how to get the other', () => {
  const { kind, note } = chooseKind(whole, wish({ known: 'process' }));
  expect(kind).toBe('process');
  expect(note).toContain('npm run sandbox -- down');
  expect(faultOf(whole, { known: 'process', wished: 'lxc' }).sentence).toBe('Box lxc12 is made of processes.');
});

test('containers that are asked for, or were made, are not made of processes in silence', () => {
  expect(faultOf(bare, { wished: 'lxc' }).sentence).toContain('root, lxc-start');
  expect(faultOf(bare, { known: 'lxc' }).code).toBe('SandboxUnavailable');
});

test('without git there is no box at all', () => {
  const fault = faultOf({ ...bare, has: (command) => command !== 'git' && command !== 'lxc-start' }, {});
  expect(fault.sentence).toContain('git missing');
  expect(fault.cure).toBe('As root: apt-get install -y git');
});

test('where there is no Linux, nothing that could be installed would help', () => {
  const fault = faultOf({ ...bare, platform: 'darwin', has: () => false }, {});
  expect(fault.sentence).toContain('darwin');
  expect(fault.cure).not.toContain('apt-get');
});
