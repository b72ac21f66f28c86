/**
 * The test command on such a machine: it passes, and says what it left out and how to get it. The layers that
 * need nothing are run here, and nowhere else in a whole run as root (test/run.ts); without root, the run that
 * this is a part of is that command already, so that it is only asked what it would leave out.
 */
import { writeFileSync } from 'node:fs';
import { aBareMachine } from '../support/bare-machine';

jest.setTimeout(2_400_000);

const LEFT_OUT = ['lxc', 'e2e', 'chaos', 'web'];
const layers = (process.env['LOCKSTEP_BARE_LAYERS'] ?? '').split(' ').filter((name) => name !== '');

test('the README’s test command passes, and says which real suites it left out and what they need', async () => {
  const here = aBareMachine();
  try {
    const ran = await here.run('npm', 'test', '--', ...layers, ...LEFT_OUT);
    const report = process.env['LOCKSTEP_BARE_REPORT'];
    if (report) writeFileSync(report, ran.stdout);
    // Else nobody would ever see why.
    if (ran.code !== 0) process.stderr.write(ran.stderr);
    expect({ code: ran.code, failed: ran.stderr.match(/^ {2}● .*$/gm) ?? [] }).toEqual({ code: 0, failed: [] });
    for (const layer of LEFT_OUT)
      expect(ran.stdout).toMatch(
        new RegExp(`^  ${layer} .*left out: needs root and Debian packages: apt-get install -y .*lxc`, 'm'),
      );
    for (const layer of layers) expect(ran.stdout).toMatch(new RegExp(`^  ${layer} +\\d{3,} passed +0 failed`, 'm'));
    expect(ran.stdout).toMatch(/^\d+ passed, 0 failed$/m);
    expect(here.processes()).toEqual([]);
  } finally {
    here.close();
  }
});
