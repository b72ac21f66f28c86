import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { haltSignal } from '../../box/lxc/signal-stop';
import { signalInit } from '../../box/lxc/signal-init';
import { initOf } from '../../box/lxc/see';

test.each([
  ['SIGTERM', 15],
  ['sigterm', 15],
  ['15', 15],
  ['SIGRTMIN+3', 37],
  ['SIGRTMAX-1', 63],
  ['SIGRTMIN', 34],
  ['SIGNOSUCH', null],
  ['', null],
  ['0', null],
])('the halt signal %s of a config is number %s', (text, number) => {
  expect(haltSignal(text)).toBe(number);
});

test('a signal goes to that very process, and to no later one of its number', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const init = initOf(child.pid ?? 0);
  if (!init) throw new Error('sleep has no start time');
  signalInit({ ...init, startTime: '1' }, 'SIGKILL');
  signalInit({ pid: 0, startTime: '1' }, 'SIGKILL');
  expect(initOf(init.pid)).toEqual(init);
  const ended = once(child, 'exit');
  signalInit(init, 'SIGKILL');
  expect((await ended)[1]).toBe('SIGKILL');
  signalInit(init, 'SIGKILL');
});
