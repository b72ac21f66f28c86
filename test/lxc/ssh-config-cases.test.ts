/** 81 ssh configurations: the product goes the way that ssh goes, or refuses it by name. Needs root and OpenSSH. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { SSH_OPTIONS } from '../../activities/adapters/ssh/ssh-options';
import { ENDLESS } from '../support/ssh-config-cases';
import type { LookUp } from '../support/ssh-config-cases';

jest.setTimeout(300_000);

/** What ssh accepts and Lockstep refuses; docs/ssh.md says why. */
const REFUSED: Readonly<Record<string, RegExp>> = { '74-pubkey-off': /no login by public key/ };

const root = join(__dirname, '../..');
let lookUps: LookUp[];
beforeAll(() => {
  const words = ['-m', '-n', '--propagation', 'private', join(root, 'node_modules/.bin/tsx'), 'test/support/ssh-config-cases.ts'];
  lookUps = JSON.parse(execFileSync('unshare', words, { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })) as LookUp[];
});

interface Compared {
  readonly at: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

function compared({ folder, name, ours, theirs }: LookUp): Compared {
  const at = `${folder}: ${name}`;
  if ('fault' in ours)
    return { at, ours: ours.fault.code, theirs: refusedBySsh(folder, { ours, theirs }) ? 'RouteRefused' : 'accepted' };
  const { route } = ours;
  const [first] = route;
  const last = route.at(-1) ?? first;
  const address = ({ host, port }: typeof first) => (theirs.dialled?.includes(' port ') ? `${host} port ${port}` : host);
  const { values } = theirs;
  return {
    at,
    ours: {
      user: last.user,
      host: last.host,
      port: String(last.port),
      identityFiles: last.identityFiles,
      knownHosts: last.userKnownHostsFiles.join(' '),
      global: last.globalKnownHostsFiles.join(' '),
      through: route.slice(0, -1).map(({ user, host, port }) => `${user}@${host}:${port}`),
      // The fake name server quotes what is no letter of a name.
      dialled: first.proxyCommand ?? address(first).replace('\u00a0', '\\302\\240'),
    },
    theirs: {
      user: values['user']?.[0],
      host: values['hostname']?.[0],
      port: values['port']?.[0],
      identityFiles: theirs.identityFiles.map((file) => resolve(root, file)),
      knownHosts: pathsOf(values, 'userknownhostsfile'),
      global: pathsOf(values, 'globalknownhostsfile'),
      through: theirs.jumps.map((jump) => `${jump['user']?.[0]}@${jump['hostname']?.[0]}:${jump['port']?.[0]}`).toReversed(),
      dialled: theirs.commands.find((command) => !/ -v -W '\[/.test(command)) ?? theirs.dialled,
    },
  };
}

const pathsOf = (values: LookUp['theirs']['values'], keyword: string) =>
  (values[keyword]?.[0] ?? '')
    .split(' ')
    .map((path) => path.replace(/^~(?=\/)/, '/root').replace(/^(?!\/)(?=known_boxes)/, `${root}/`))
    .join(' ');

function refusedBySsh(folder: string, { ours, theirs }: Pick<LookUp, 'ours' | 'theirs'>): boolean {
  if (!('fault' in ours)) return false;
  const { sentence, evidence } = ours.fault;
  if (theirs.code !== 0) return theirs.complaints.some((line) => evidence.includes(line));
  return theirs.complaints.includes(ENDLESS) || (REFUSED[folder]?.test(sentence) ?? false);
}

test('each is looked up', () => {
  expect(new Set(lookUps.map(({ folder }) => folder)).size).toBe(81);
});

test('the way is that of ssh, or a refusal that ssh says too or docs/ssh.md names', () => {
  const all = lookUps.map(compared);
  expect(all.map(({ at, ours }) => ({ at, way: ours }))).toEqual(all.map(({ at, theirs }) => ({ at, way: theirs })));
});

test('each option that this ssh prints has its place in the table', () => {
  const known = new Set(Object.values(SSH_OPTIONS).flat());
  const printed = new Set(lookUps.flatMap(({ theirs }) => Object.keys(theirs.values)));
  expect(printed.size).toBeGreaterThan(60);
  expect([...printed].filter((keyword) => !known.has(keyword))).toEqual([]);
});
