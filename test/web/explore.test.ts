import { anInstallation, finishedOf } from '../support/installation';
import { embeddedServer } from '../support/temporal-cli';
import { existsSync, writeFileSync } from 'node:fs';
jest.setTimeout(900_000);
test('x', async () => {
  const here = await anInstallation({ lockers: 4, policy: {
    maxDown: 1, batches: [1, 1, 'rest'],
    verify: { stable: '1s', goodProbes: 2, deadline: '30s' },
    soak: { canary: '0s', batch: '0s' }, gates: 'every', maxFailures: { total: 3 } } });
  try {
    await here.sandbox.commit({ message: 'a change' });
    const first = finishedOf(await here.rollout('--yes'));
    writeFileSync('/tmp/webx/first.json', JSON.stringify(first, null, 1));
    const lockers = first['lockers'] as { name: string; stage: string; batch?: number }[];
    const victim = process.env['VICTIM'] ?? 'l02';
    await here.sandbox.misbehave(victim, { kind: 'wrong-build', when: { notBuild: await here.sandbox.revision(victim) } });
    void lockers;
    const a = await here.lockstep('approve', '--batch', '2');
    const ended = await here.lockstep('watch', '--json');
    writeFileSync('/tmp/webx/second.json', JSON.stringify([a, ended, (await embeddedServer(here.env)).webUi], null, 1));
    writeFileSync('/tmp/webx/url', (await embeddedServer(here.env)).webUi);
    for (let i = 0; i < 400 && !existsSync('/tmp/webx/stop'); i++) await new Promise((r) => setTimeout(r, 1000));
  } finally {
    await here.close();
  }
});
