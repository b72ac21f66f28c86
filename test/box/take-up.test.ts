/** Jobs that an earlier life of lockerd left half way, taken up without anybody asking. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeJobs } from '../../box/jobs/jobs';
import { openJournal } from '../../box/journal/journal';
import type { Token } from '../../domain/model/ids';

let folder: string;
const open = () => openJournal({ file: join(folder, 'journal'), box: 'lxc12', now: () => 0 });
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lockstep-jobs-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what taking a job up writes can be read by the next life of lockerd', async () => {
  const token = 'r1/lxc12/ada/1/update' as Token;
  const first = open();
  const intent = { kind: 'move', from: 1, to: 2 } as const;
  const params = { locker: 'ada' };
  await first.append(
    { kind: 'lease', lease: { holder: 'r1', generation: 1, by: 'jane', since: new Date(0).toISOString() }, from: null },
    { kind: 'job', token, verb: 'update', params, holder: 'r1', generation: 1 },
    { kind: 'intent', token, intent },
  );
  first.close();

  const second = open();
  const left = second.state().jobs.get(token);
  if (!left) throw new Error('the job was lost');
  const ran = { kind: 'already', downMs: null, killed: false, fromVersion: 1, toVersion: 2 };
  const jobs = makeJobs({ journal: second, verbs: () => ({ run: async () => ran }), log: () => {} });
  await jobs.takeUp(left);
  second.close();

  const third = open();
  expect(third.state().jobs.get(token)).toMatchObject({ params, intents: [{ intent }], end: { kind: 'done', result: ran } });
  third.close();
});
