/** docs/your-own-containers.md: each of its blocks is parsed, rendered or run, and no block is left over. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { endsInTable } from '../../box/inspect/ends-by';
import { idMapOf } from '../../box/inspect/id-map';
import { parseLxcConfig } from '../../box/inspect/lxc-settings';
import { lockerProblems } from '../../box/inspect/preflight';
import { renderTemplate } from '../../box/new-locker/render-template';
import { boxPaths } from '../../box/paths';
import { fleetLines } from '../../domain/adopt/fleet-lines';
import type { FoundServer } from '../../domain/adopt/found-server';
import { flagsFor } from '../../domain/adopt/render-found';
import { LockerName } from '../../domain/model/ids';
import { parseFleet } from '../../domain/model/parse-fleet';
import { parseManifest } from '../../domain/model/release-manifest';
import { BoxConfig } from '../../domain/protocol/box-config';
import { blocksOf } from './find-commands';
import { pageText } from './pages';
import { parseCommand } from './parse-command';

const blocks = blocksOf(pageText('docs/your-own-containers.md')).filter(({ kind }) => kind !== 'sh');
const seen = new Set<unknown>();
/** As the page has them, without their indentation. */
function textsOf(kind: string, begins: RegExp): string[] {
  const found = blocks.filter((block) => block.kind === kind && begins.test(block.lines[0] ?? ''));
  for (const block of found) seen.add(block);
  return found.map(({ lines }) => lines.join('\n'));
}
const textOf = (kind: string, begins: RegExp): string => {
  const [text = '', ...others] = textsOf(kind, begins);
  expect({ begins, others, found: text !== '' }).toEqual({ begins, others: [], found: true });
  return text;
};
/** Of YAML the indentation counts. */
const yamlOf = (begins: string): string[] =>
  [...pageText('docs/your-own-containers.md').matchAll(/^```yaml\n([^]*?)^```$/gm)].flatMap(([, text = '']) =>
    text.startsWith(begins) ? [text] : [],
  );

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const minimal = yamlOf('version: 1')[0] ?? '';
const serviceIn = (text: string) =>
  parseFleet(text, '/fleet/fleet.yaml').services['registry' as never] as { port: number; alive?: object; evidence?: object };

const found = (init: FoundServer['init'], output: string | null): FoundServer => ({
  name: LockerName.parse('l01'),
  init,
  halt: null,
  port: 4873,
  listens: [4873],
  command: '',
  service: 'registry',
  output,
  code: { at: '/opt/registry', on: '/var/lib/lxc/l01/rootfs/opt/registry', because: '' },
  config: { at: '/etc/registry', on: '/var/lib/lxc/l01/rootfs/etc/registry', because: '' },
  me: { at: '/var/lib/registry', on: '/var/lib/lxc/l01/rootfs/var/lib/registry', because: '' },
});

/** Of the fleet file with these lines in its service. */
const withLines = (lines: readonly string[]) => serviceIn(minimal.replace(/(?=^boxes:)/m, `${lines.slice(2).join('\n')}\n`));

describe('fleet.yaml', () => {
  test('is one that the product takes, and the page’s values fill its template', () => {
    textOf('yaml', /^version: 1/);
    const { services, boxes } = parseFleet(minimal, '/fleet/fleet.yaml');
    expect([Object.keys(services), Object.keys(boxes)]).toEqual([['registry'], ['lxc12']]);
    expect(renderTemplate({ file: 'env', text: textOf('text', /^PORT=/) }, { port: 4873 })).toBe('PORT=4873');
  });

  test('has in each recipe what adopt-box proposes for that init', () => {
    const [systemd = '', sysvinit = ''] = yamlOf('services:');
    expect(textsOf('yaml', /^services:/)).toHaveLength(2);
    const withRecipe = (text: string) => withLines(text.trimEnd().split('\n'));
    expect(withRecipe(systemd)).toEqual(withLines(fleetLines('registry', { port: 4873 }, [found('systemd', null)])));
    const log = '/var/log/registry.log';
    expect(withRecipe(sysvinit)).toEqual(withLines(fleetLines('registry', { port: 4873 }, [found('sysvinit', log)])));
    const openrc = fleetLines('registry', { port: 4873 }, [found('openrc', log)]).find((line) => line.includes('alive')) ?? '';
    expect(sysvinit).toContain(`# OpenRC: ${/\[.*\]/.exec(openrc)?.[0]}`);
  });
});

test('lockstep.json is a manifest', () => {
  expect(parseManifest(textOf('json', /^\{/))).toMatchObject({ kind: 'valid' });
});

/** In a folder instead of on a box. */
function sh(lines: string): void {
  const here = lines
    .replaceAll('ssh root@lxc12 ', '')
    .replaceAll('scp -rp root@lxc12:', 'cp -a ')
    .replaceAll('root@lxc12:', '')
    .replaceAll(/ \/(?=srv|var)/g, ` ${folder}/`);
  const git = ['user.name', 'Ann', 'user.email', 'ann@example.org', 'init.defaultBranch', 'main', 'commit.gpgsign', 'false'];
  const env = Object.fromEntries(
    git.map((word, at) => [`GIT_CONFIG_${at % 2 === 0 ? 'KEY' : 'VALUE'}_${Math.floor(at / 2)}`, word]),
  );
  execFileSync('sh', ['-e', '-c', here], { cwd: folder, env: { ...process.env, ...env, GIT_CONFIG_COUNT: '4' }, stdio: 'pipe' });
}
function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
const ROOT = 'var/lib/lxc/l01/rootfs';

test('the two repositories are made by what is typed, and the key where the fleet file has it', () => {
  put(`${ROOT}/opt/registry/cli.js`, '1\n');
  put(`${ROOT}/etc/registry/env`, 'PORT=4873\n');
  const [made = '', code = '', settings = ''] = [/^ssh /, /^scp .*opt\/registry/, /^mkdir registry-config/].map((begins) =>
    textOf('text', begins),
  );
  for (const lines of [made, code, settings]) sh(lines);
  put('registry-config/templates/env', `${textOf('text', /^PORT=/)}\n`);
  sh(textOf('text', /^git -C registry-config/));
  const shown = (repo: string, file: string) =>
    execFileSync('git', ['-C', join(folder, 'srv/git', repo), 'show', `stable:${file}`], { encoding: 'utf8' });
  expect([shown('registry.git', 'cli.js'), shown('registry-config.git', 'templates/env')]).toEqual(['1\n', 'PORT={{port}}\n']);
  const key = parseFleet(minimal, join(folder, 'fleet.yaml')).boxes['lxc12' as never] as { ssh: { identityFile: string } };
  const [, keyFile = ''] = /^ssh-keygen .* -f (\S+)$/m.exec(textOf('text', /^mkdir -p keys/)) ?? [];
  expect(resolve(folder, key.ssh.identityFile)).toBe(join(folder, keyFile));
});

test('the flags are those that adopt-box takes, and those for a root are the ones that it prints', async () => {
  const flags = textsOf('text', /^--code/);
  expect(flags).toHaveLength(2);
  for (const one of flags) await parseCommand(`npm run lockstep -- adopt-box --box lxc12 ${one.replaceAll('\n', ' ')}`);
  expect(flags[1]?.replaceAll('\n', ' ')).toBe(flagsFor([found('systemd', null)]));
});

function aRootWithData(): void {
  put(`${ROOT}/var/lib/registry/data`, 'of somebody\n');
  put(`${ROOT}/var/log/daemon.log`, 'of somebody\n');
  put(`${ROOT}/etc/ssh/ssh_host_ed25519_key`, 'its own\n');
  put(`${ROOT}/etc/machine-id`, 'its own\n');
  mkdirSync(join(folder, ROOT, 'sbin'));
  symlinkSync('/lib/systemd/systemd', join(folder, ROOT, 'sbin/init'), 'file');
}

describe('the template', () => {
  test('has nobody’s data and nothing that makes a container itself', () => {
    aRootWithData();
    mkdirSync(join(folder, 'var/locker/locker-template'), { recursive: true });
    sh(textOf('text', /^cd \/var\/locker/));
    const made = join(folder, 'var/locker/locker-template');
    const left = readdirSync(made, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
    expect(left).toEqual(['machine-id']);
    expect(readFileSync(join(made, 'rootfs/etc/machine-id'), 'utf8')).toBe('');
    expect(readdirSync(join(made, 'me'))).toEqual([]);
  });

  test('makes a container that every plan finds fit', async () => {
    aRootWithData();
    const places = { root: join(folder, 'locker'), data: join(folder, 'me'), lxcPath: join(folder, 'var/lib/lxc') };
    const config = BoxConfig.parse({
      format: 1,
      box: 'lxc12',
      lockerPattern: '.*',
      socket: join(folder, 's'),
      log: join(folder, 'l'),
      ...places,
    });
    const [paths, name] = [boxPaths(config), LockerName.parse('l01')];
    mkdirSync(paths.me(name), { recursive: true });
    const own = { locker: name, rootfs: join(folder, ROOT), current: paths.current(name), me: paths.me(name) };
    const text = textOf('text', /^lxc\.include = .*debian\.common/).replace(/^lxc\.include.*\n/, '');
    writeFileSync(paths.lxcConfig(name), renderTemplate({ file: 'config', text }, own));
    expect(await lockerProblems({ config, paths, log: () => {} }, name)).toEqual([]);
  });

  test('of an unprivileged one has a map of its ids', () => {
    const settings = new Map<string, string[]>();
    for (const [key, value] of parseLxcConfig(textOf('text', /^lxc\.include = .*userns/)))
      settings.set(key, [...(settings.get(key) ?? []), value]);
    expect(idMapOf(settings).map(({ of, outside }) => [of, outside])).toEqual([
      ['u', 100_000],
      ['g', 100_000],
    ]);
  });
});

test('the line of the inittab is one by which sysvinit ends on a power failure', () => {
  expect(endsInTable(textOf('text', /^pf:/))).toEqual([30]);
});

test('no block of the page is left over', () => {
  expect(blocks.filter((block) => !seen.has(block)).map(({ line, kind }) => `${kind} at line ${line}`)).toEqual([]);
});
