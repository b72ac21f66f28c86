import { decideUndo } from '../../../domain/adopt/decide-undo';
import type { UndoFacts } from '../../../domain/adopt/decide-undo';
import { haltSignal, signalNumber } from '../../../domain/adopt/halt-signal';
import { oldBuild } from '../../../domain/adopt/old-build';
import { CodeId, Digest, LockerName, ReleaseId } from '../../../domain/model/ids';

describe('the halt signal', () => {
  test.each([
    ['a fit one that init handles', 'SIGINT', [2], { kind: 'stays' }],
    ['a fit one of a locker that does not run', 'SIGTERM', null, { kind: 'stays' }],
    ['none, and init handles SIGTERM', null, [15], { kind: 'set', signal: 'SIGTERM' }],
    ['none, and it does not run', null, null, { kind: 'set', signal: 'SIGTERM' }],
    ['SIGPWR, which Node ignores', 'SIGPWR', [15, 30], { kind: 'set', signal: 'SIGTERM' }],
    ['one that init ignores', 'SIGUSR1', [15], { kind: 'set', signal: 'SIGTERM' }],
    ['none, and init handles nothing fit', null, [17], { kind: 'none' }],
    ['SIGKILL', 'SIGKILL', [15], { kind: 'set', signal: 'SIGTERM' }],
  ])('%s', (_, set, handled, wanted) => {
    expect(haltSignal({ set, handled, ends: null })).toMatchObject(wanted);
  });

  // systemd blocks SIGTERM as well, and takes it for "execute yourself anew".
  test.each([
    ['systemd, and none set: LXC sends the right one', null, [37, 38], { kind: 'stays' }],
    ['systemd and its own', 'SIGRTMIN+3', [37, 38], { kind: 'stays' }],
    ['systemd and SIGTERM', 'SIGTERM', [37, 38], { kind: 'set', signal: 'SIGRTMIN+3' }],
    ['systemd and SIGPWR', 'SIGPWR', [37, 38], { kind: 'set', signal: 'SIGRTMIN+3' }],
    ['sysvinit that halts on a power failure, and none set', null, [30], { kind: 'stays' }],
    ['the same, said', 'SIGPWR', [30], { kind: 'stays' }],
    ['sysvinit that halts on Ctrl-Alt-Del alone', null, [2], { kind: 'set', signal: 'SIGINT' }],
    ['sysvinit as Debian ships it', null, [], { kind: 'none', problem: { cure: expect.stringContaining('inittab') } }],
    ['busybox', null, [12, 10], { kind: 'set', signal: 'SIGUSR2' }],
    ['runit', 'SIGCONT', [18], { kind: 'stays' }],
  ])('%s', (_, set, ends, wanted) => {
    expect(haltSignal({ set, handled: [1, 2, 15, 30, 37], ends })).toMatchObject(wanted);
  });

  test.each([
    ['SIGTERM', 15],
    ['TERM', 15],
    ['15', 15],
    ['SIGRTMIN+3', 37],
    ['SIGKILL', 9],
    ['SIGWHAT', null],
  ])('%s is number %s', (name, number) => expect(signalNumber(name)).toBe(number));
});

const at = (name: string, startedAt: number, build: string | null) => ({ name: LockerName.parse(name), startedAt, build });

const tree = { at: 100, revision: `4eef65${'0'.repeat(34)}` };

describe('what the old code answers', () => {
  test('is what those say that were started since the last change of the tree', () => {
    const answers = [at('l01', 50, 'old'), at('l02', 150, 'new'), at('l03', 160, null)];
    expect(oldBuild(answers, tree, null)).toEqual({ build: 'new', named: false, behind: ['l01'] });
  });

  test.each([
    ['all were started before', [at('l01', 50, 'old')]],
    ['they differ', [at('l01', 150, 'a'), at('l02', 150, 'b')]],
    ['none answers', [at('l01', 150, null)]],
  ])('is its commit where %s', (_, answers) => {
    expect(oldBuild(answers, tree, null)).toMatchObject({ build: 'g4eef65000000', named: true });
  });

  test('may be said', () => {
    expect(oldBuild([], tree, 'v7')).toEqual({ build: 'v7', named: false, behind: [] });
  });
});

const digest = (of: string) => Digest.parse(of.repeat(64));

describe('undoing', () => {
  const facts: UndoFacts = {
    name: LockerName.parse('l01'),
    record: {
      at: '2026-11-21T10:00:00.000Z',
      by: 'local:kim',
      me: '/srv/lockers/Me/l01',
      release: ReleaseId.parse('r000000000001'),
      code: CodeId.parse('c000000000001'),
      before: digest('a'),
      after: digest('b'),
    },
    config: digest('b'),
    original: digest('a'),
    runs: true,
    version: null,
    owed: false,
  };
  test.each<[string, Partial<UndoFacts>, RegExp]>([
    ['one that still runs on its old mounts', {}, /^restore still on its old mounts/],
    ['one that does not run', { runs: false }, /^restore not running/],
    ['one whose undo was begun', { config: digest('a'), original: null }, /^restore/],
    ['one that was restarted since', { version: 1 }, /^can-not .*version 1/],
    ['one that a rollout has in hand', { owed: true }, /^can-not .*owed/],
    ['one that does not come up on its new mounts', { owed: true, runs: false }, /^restore not running/],
    ['one whose config was edited', { config: digest('c') }, /^can-not .*edited/],
    ['one whose original is gone', { original: null }, /^can-not .*original/],
  ])('%s', (_, overrides, wanted) => {
    const { kind, because } = decideUndo({ ...facts, ...overrides });
    expect(`${kind} ${because}`).toMatch(wanted);
  });
});
