import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoxContext } from '../../box/context';
import { bootTail } from '../../box/locker/boot-tail';
import { LockerName } from '../../domain/model/ids';
import type { ServiceConfig } from '../../domain/model/service';
import { aRelease, aServiceConfig } from '../support/builders';

const L01 = LockerName.parse('l01');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-boot-tail-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const printed = () => join(dir, 'l01.log');
const box = () => ({ paths: { bootLog: printed } }) as unknown as BoxContext;

test('what it printed comes first; where it printed nothing, LXC’s own words', async () => {
  writeFileSync(`${printed()}.lxc`, 'lxc-start l01 ERROR cannot mount\n');
  expect(await bootTail(box(), L01)).toEqual(['lxc-start l01 ERROR cannot mount']);
  writeFileSync(printed(), 'unknown storage format 3\n');
  expect(await bootTail(box(), L01)).toEqual([`${printed()}:`, 'unknown storage format 3']);
});

test('what is written down only after its init has ended is waited for', async () => {
  writeFileSync(`${printed()}.lxc`, 'lxc-start l01 NOTICE Started\n');
  const asked = bootTail(box(), L01);
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(printed(), 'unknown storage format 3\n');
  expect(await asked).toContain('unknown storage format 3');
});

test('one that was never started has nothing to tell, at once', async () => {
  expect(await bootTail(box(), L01)).toEqual([]);
});

const stage = (evidence: ServiceConfig['evidence']): void => {
  const service = { ...aServiceConfig(), ...(evidence && { evidence }) };
  const target = { release: aRelease(), service, values: {}, lockerValues: {} };
  writeFileSync(join(dir, 'last-stage.json'), JSON.stringify({ target, at: new Date().toISOString() }));
};

test('what the application under an init says of itself comes last, beside a little of the console', async () => {
  writeFileSync(printed(), Array.from({ length: 30 }, (_, line) => `[  OK  ] Reached target ${line}`).join('\n'));
  const asked: (readonly string[])[] = [];
  const withEvidence = (evidence: ServiceConfig['evidence']) => {
    stage(evidence);
    return {
      ...box(),
      paths: { bootLog: printed, lastStage: join(dir, 'last-stage.json') },
      log: () => {},
      lxc: {
        see: async () => ({ state: 'running', init: { pid: 1, startTime: '1' } }),
        attach: async (_: string, argv: readonly string[]) => {
          asked.push(argv);
          return { code: 0, stdout: 'needs Node v99\n', stderr: '' };
        },
      },
    } as unknown as BoxContext;
  };
  const lines = await bootTail(withEvidence({ kind: 'exec', argv: ['journalctl', '-n', '20'] }), L01);
  expect(lines).toHaveLength(7);
  expect(lines.slice(-2)).toEqual(['journalctl -n 20:', 'needs Node v99']);
  const ofFile = await bootTail(withEvidence({ kind: 'file', path: '/var/log/app.log' }), L01);
  expect(ofFile.slice(-2)).toEqual(['/var/log/app.log:', 'needs Node v99']);
  expect(asked.at(-1)).toEqual(['tail', '-n', '12', '--', '/var/log/app.log']);
});
