/** Which process sees to a locker, where LXC's own commands are not asked. On real processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorProcesses } from '../../box/lxc/monitor-process';
import { initOf } from '../../box/lxc/see';
import type { InitProcess } from '../../box/lxc/lxc';
import { LockerName } from '../../domain/model/ids';

const l01 = LockerName.parse('l01');

test('a process that has become the init itself, as where lockers are processes, sees to nobody', async () => {
  const lxcPath = mkdtempSync(join(tmpdir(), 'lockstep-monitor-'));
  const child = spawn('sleep', ['1000']);
  try {
    await once(child, 'spawn');
    const pid = child.pid as number;
    const processes = monitorProcesses(lxcPath);
    processes.noteStart(l01, pid);
    expect(processes.of(l01)).toMatchObject({ pid });
    processes.noteInit(l01, initOf(pid) as InitProcess);
    expect(processes.of(l01)).toBeNull();
  } finally {
    child.kill('SIGKILL');
    rmSync(lxcPath, { recursive: true });
  }
});
