/**
 * The test command on such a machine: it passes, and says what it left out and how to get it. Each layer
 * is named but this one, which would run itself.
 */
import { aBareMachine } from '../support/bare-machine';

jest.setTimeout(1_800_000);

test('the README’s test command passes, and says which real suites it left out and what they need', async () => {
  const here = aBareMachine();
  try {
    const ran = await here.run('npm', 'test', '--', 'unit', 'temporal', 'lxc', 'e2e', 'chaos', 'web');
    expect({ code: ran.code, failed: ran.stderr.match(/^ {2}● .*$/gm) ?? [] }).toEqual({ code: 0, failed: [] });
    for (const layer of ['lxc', 'e2e', 'chaos', 'web'])
      expect(ran.stdout).toMatch(
        new RegExp(`^  ${layer} .*left out: needs root and Debian packages: apt-get install -y .*lxc`, 'm'),
      );
    expect(ran.stdout).toMatch(/^ {2}temporal +\d{3} passed +0 failed/m);
    expect(ran.stdout).toMatch(/^\d{4} passed, 0 failed$/m);
    expect(here.processes()).toEqual([]);
  } finally {
    here.close();
  }
});
