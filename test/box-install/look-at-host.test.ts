/** What install-box sees of a host whose containers are LXD's: asked of the daemon, wherever its program is. */
import { join } from 'node:path';
import { lookAtHost } from '../../box-install/look-at-host';
import { aFakeLxd } from '../box/containers/fake-lxd';

test('the daemon says its version and its instances; away, it is said to be', async () => {
  const daemon = await aFakeLxd(['l01', 'other']);
  const { folder, containers } = daemon;
  const places = { config: join(folder, 'box.json'), record: join(folder, 'install.json') };
  const look = (lxcPath: string) => lookAtHost(places, { kind: 'lxd', lxcPath, root: folder, lockerPattern: 'l\\d+' });
  try {
    const facts = await look(containers);
    expect(facts).toMatchObject({ lxc: 'lxd 5.0.2', lxcPathThere: true, containers: [{ name: 'l01' }] });
    expect(facts.containers[0]?.problems.map(({ code }) => code)).toContain('mount-missing');
    expect(await look(join(folder, 'nowhere', 'containers'))).toMatchObject({ lxc: null, lxcPathThere: false, containers: [] });
  } finally {
    await daemon.close();
  }
});
