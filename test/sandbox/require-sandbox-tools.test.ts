import { Fault } from '../../domain/faults';
import { requireSandboxTools } from '../../sandbox/require-sandbox-tools';
import type { Machine } from '../../sandbox/require-sandbox-tools';

function faultOn(machine: Machine): Fault {
  try {
    requireSandboxTools(machine);
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('no fault');
}

test('a machine with everything is taken', () => {
  expect(() => requireSandboxTools({ platform: 'linux', uid: 0, has: () => true })).not.toThrow();
});

test('without LXC and sshd the command that installs both is named', () => {
  const fault = faultOn({ platform: 'linux', uid: 0, has: (command) => command !== 'lxc-start' && command !== 'sshd' });
  expect(fault.code).toBe('SandboxUnavailable');
  expect(fault.sentence).toContain('lxc-start, sshd missing');
  expect(fault.cure).toBe('As root: apt-get install -y lxc openssh-server');
});

test('without root nothing needs to be installed', () => {
  const fault = faultOn({ platform: 'linux', uid: 1000, has: () => true });
  expect(fault.sentence).toContain('root missing');
  expect(fault.cure).toBe('Run it as root.');
});
