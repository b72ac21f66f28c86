import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BoxContext } from '../../box/context';
import { bootTail } from '../../box/locker/boot-tail';
import { LockerName } from '../../domain/model/ids';

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
