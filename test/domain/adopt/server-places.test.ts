import { placesOf } from '../../../domain/adopt/server-places';
import type { SeenPath, ServerFacts } from '../../../domain/adopt/server-places';
import { NO_PATHS } from '../../../domain/adopt/service-words';

const file = (path: string, tree: string | null = null): SeenPath => ({ path, kind: 'file', tree });
const folder = (path: string, tree: string | null = null): SeenPath => ({ path, kind: 'folder', tree });

const facts = (more: Partial<ServerFacts>): ServerFacts => ({
  words: [],
  cwd: folder('/'),
  home: null,
  written: [],
  service: NO_PATHS,
  etc: null,
  settings: [],
  mounts: [],
  ...more,
});
const paths = (more: Partial<ServerFacts>) => {
  const { code, config, me } = placesOf(facts(more));
  return [code?.path ?? null, config?.path ?? null, me?.path ?? null];
};

const NODE = file('/usr/bin/node');

test.each<[string, Partial<ServerFacts>, (string | null)[]]>([
  [
    'all of it on the command line, the settings by the unit',
    {
      words: [NODE, file('/opt/registry/cli.js', '/opt/registry'), folder('/var/lib/registry')],
      home: '/var/lib/registry',
      settings: [file('/etc/registry/env')],
      mounts: ['/opt/registry', '/etc/registry'],
    },
    ['/opt/registry', '/etc/registry', '/var/lib/registry'],
  ],
  [
    'a package of npm under its link in bin, settings by a flag, data in the home of its account',
    {
      words: [
        NODE,
        file('/usr/local/lib/node_modules/verdaccio/bin/verdaccio', '/usr/local/lib/node_modules/verdaccio'),
        file('/etc/verdaccio/config.yaml'),
      ],
      home: '/var/lib/verdaccio',
    },
    ['/usr/local/lib/node_modules/verdaccio', '/etc/verdaccio', '/var/lib/verdaccio'],
  ],
  [
    'works in its code, and writes a database',
    {
      words: [NODE, file('/srv/app/server.js', '/srv/app')],
      cwd: folder('/srv/app', '/srv/app'),
      home: '/srv/app',
      written: ['/var/lib/app/db.sqlite', '/var/log/app.log'],
      etc: '/etc/app',
    },
    ['/srv/app', '/etc/app', '/var/lib/app'],
  ],
  [
    'a program by itself below /opt, all else by its unit',
    {
      words: [file('/opt/gitea/gitea')],
      service: { workingDirectory: '/var/lib/gitea', settings: [], state: ['/var/lib/gitea'] },
      settings: [folder('/etc/gitea')],
    },
    ['/opt/gitea', '/etc/gitea', '/var/lib/gitea'],
  ],
  [
    'its code is a mount without a manifest',
    { words: [file('/usr/bin/python3'), file('/app/main.py')], mounts: ['/app', '/data'], written: ['/data/x/y.db'] },
    ['/app', null, '/data'],
  ],
  [
    'of the distribution: nothing to roll out',
    { words: [file('/usr/sbin/nginx')], written: ['/var/log/nginx/access.log'], etc: '/etc/nginx', home: '/var/www' },
    [null, '/etc/nginx', '/var/www'],
  ],
  [
    'settings in a file that lies among those of others',
    { words: [file('/opt/a/b', '/opt/a')], settings: [file('/etc/default/a')] },
    ['/opt/a', null, null],
  ],
  [
    'settings within the code are no place of their own',
    { words: [file('/opt/a/b.js', '/opt/a'), file('/opt/a/config.json', '/opt/a')] },
    ['/opt/a', null, null],
  ],
  [
    'an account without a home, and folders of the kernel',
    { words: [file('/opt/a/b', '/opt/a')], home: '/nonexistent', written: ['/proc/1/x', '/run/a/b', '/tmp/c'] },
    ['/opt/a', null, null],
  ],
])('%s', (_, seen, expected) => {
  expect(paths(seen)).toEqual(expected);
});

test('each is told with its reason', () => {
  const { code, me } = placesOf(
    facts({ words: [file('/opt/a/b.js', '/opt/a')], service: { ...NO_PATHS, state: ['/var/lib/a'] } }),
  );
  expect([code?.because, me?.because]).toEqual(['its command line names it', 'its service names it']);
});
