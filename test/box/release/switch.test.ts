import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { currentVersion, switchTo } from '../../../box/release/versions';
import type { LockerName } from '../../../domain/model/ids';
import { stagedBox } from '../support/staged-box';

test.each(['code', 'config'])('a version whose %s is gone is not complete, and is never switched to', async (part) => {
  const here = stagedBox(['l01']);
  const l01 = here.names[0] as LockerName;
  try {
    here.code.commit({ 'locker.js': '1' });
    here.settings.commit({ 'templates/config.json': '{}' });
    const target = await here.targetOf();
    await here.stage(target);
    const gone = part === 'code' ? here.box.paths.code(target.release.code.id) : join(here.box.paths.version(l01, 1), 'config');
    rmSync(gone, { recursive: true });
    await expect(switchTo(here.box, l01, 1)).rejects.toMatchObject({ code: 'LockerUnfit' });
    expect(await currentVersion(here.box, l01)).toBeNull();
  } finally {
    here.remove();
  }
});
