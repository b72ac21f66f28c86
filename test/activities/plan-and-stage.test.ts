import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFleetFile } from '../../activities/adapters/fleet-file';
import { makePlanRollout, mostCommonRelease } from '../../activities/plan-rollout';
import type { SourcePort } from '../../activities/ports/source-port';
import { makeStageRelease } from '../../activities/stage-release';
import type { BoxName } from '../../domain/model/ids';
import type { Inventory } from '../../domain/model/inventory';
import type { VerbParams } from '../../domain/protocol/verbs';
import { anActivityEnvironment } from '../support/activity-environment';
import { aFleet, anInventory, aPlan, aRelease, configDigestOf, fakeHash, lockerName } from '../support/builders';
import { aFakeHttp, NO_COMMAND } from '../support/fake-http';
import { aFakeBox } from '../support/fake-box';

const box = 'lxc12' as BoxName;
const fleet = { read: () => Promise.resolve(aFleet({ names: ['lxc12'] })) };

const unexpected = () => Promise.reject(new Error('the test did not expect a push'));
const noSource: SourcePort = { resolve: unexpected, bundle: unexpected, packed: unexpected };

describe('planning', () => {
  const changes = { code: ['abc fix'], config: [] };
  const planning = (inventory: Inventory, ref: string | null = null, { used = fleet, source = noSource } = {}) => {
    const fake = aFakeBox({
      inspect: () => inventory,
      resolve: () => ({ release: aRelease(), changes }),
      'mirror-tips': () => ({ there: true, tips: [], built: false }),
      'take-in': () => ({}),
    });
    const plan = makePlanRollout({
      box: fake,
      fleet: used,
      source,
      hash: fakeHash,
      http: aFakeHttp(),
      command: NO_COMMAND,
      verifySignature: () => false,
    });
    return { fake, answer: anActivityEnvironment().run(() => plan({ box, ref, policy: {} })) };
  };

  test('a url of verify.external that no value fills is refused, with the locker that it is for', async () => {
    const used = {
      read: async () => aFleet({ names: ['lxc12'], policy: { verify: { external: { url: 'https://{{owner}}/' } } } }),
    };
    const { answer } = planning(anInventory({ lockers: 1 }), null, { used });
    await expect(answer).rejects.toMatchObject({
      type: 'TemplateInvalid',
      message: expect.stringContaining('verify.external of lxc12 needs owner for locker locker-001'),
    });
  });

  test('resolves, looks once with the target, asks what changed since, and changes nothing', async () => {
    const { fake, answer } = planning(anInventory({ lockers: 12 }));
    expect(await answer).toMatchObject({ kind: 'plan', plan: { box, release: { id: aRelease().id }, changes } });
    expect(fake.calls.map(({ verb }) => verb)).toEqual(['resolve', 'inspect', 'resolve']);
    expect(fake.calls.map(({ options }) => options.change)).toEqual([undefined, undefined, undefined]);
    expect(fake.calls[1]?.params).toMatchObject({ target: { release: aRelease() } });
    // Of the very revisions that are planned, wherever the refs point by now.
    const { code, config } = aRelease();
    expect(fake.calls[2]?.params).toMatchObject({
      codeRef: code.revision,
      configRef: config.revision,
      since: aRelease('old').id,
    });
  });

  test('a box that is on the release already has no changes to ask for', async () => {
    const { fake, answer } = planning(anInventory({ lockers: 3, on: aRelease() }));
    expect(await answer).toMatchObject({ plan: { changes: { code: [], config: [] } } });
    expect(fake.calls.map(({ verb }) => verb)).toEqual(['resolve', 'inspect']);
  });

  test('with a ref of its own asks for that code, and for the config of the fleet file', async () => {
    const { fake, answer } = planning(anInventory(), 'feature/x');
    await answer;
    const own = aFleet({ names: ['lxc12'] }).services;
    expect(fake.calls[0]?.params).toMatchObject({ codeRef: 'feature/x', configRef: Object.values(own)[0]?.config.ref });
  });

  test('for a box with `stage: push` has the worker resolve the refs and bring them before the box is asked', async () => {
    const used = { read: () => Promise.resolve(aFleet({ names: ['lxc12'], box: { stage: 'push' } })) };
    const commit = aRelease().code.revision;
    const source = { ...noSource, resolve: (_: string, ref: string) => Promise.resolve({ commit, ref: `refs/heads/${ref}` }) };
    const { fake, answer } = planning(anInventory({ on: aRelease() }), 'feature/x', { used, source });
    expect(await answer).toMatchObject({ kind: 'plan', plan: { stage: 'push' } });
    const taken = ['mirror-tips', 'take-in'];
    expect(fake.calls.map(({ verb }) => verb)).toEqual([...taken, ...taken, 'resolve', 'inspect']);
    expect(fake.calls[3]?.params).toEqual({
      service: 'locker',
      repository: 'code',
      commit,
      ref: 'refs/heads/feature/x',
      file: null,
    });
  });

  test.each(['-x', 'a..b', "a'b", 'a\nb'])('refuses the ref %j without asking the box for it', async (ref) => {
    const { fake, answer } = planning(anInventory(), ref);
    await expect(answer).rejects.toMatchObject({ type: 'RefUnknown', nonRetryable: true });
    expect(fake.calls.map(({ verb }) => verb)).not.toContain('resolve');
  });

  test('of a box without lockers is refused with the planner’s reasons', async () => {
    expect(await planning(anInventory({ lockers: 0 })).answer).toMatchObject({
      kind: 'refused',
      refusals: [{ code: 'NothingToPlan' }],
    });
  });

  test('of a box that the fleet file does not have names those that it has', async () => {
    const plan = makePlanRollout({
      box: aFakeBox({}),
      fleet,
      source: noSource,
      hash: fakeHash,
      http: aFakeHttp(),
      command: NO_COMMAND,
      verifySignature: () => false,
    });
    const answer = anActivityEnvironment().run(() => plan({ box: 'lxc99' as BoxName, ref: null, policy: {} }));
    await expect(answer).rejects.toMatchObject({ type: 'UnknownBox' });
  });

  test('counts the changelog from the release that most lockers are on', () => {
    const each = { [lockerName(1)]: { on: aRelease('odd') }, [lockerName(2)]: { on: null } };
    expect(mostCommonRelease(anInventory({ each }))).toBe(aRelease('old').id);
    expect(mostCommonRelease(anInventory({ on: null }))).toBeNull();
  });
});

describe('staging', () => {
  const held = { box, rollout: '7d0e1d2c-6c1f-4a53-9a3e-0d3a7a1f0001', generation: 1 };
  const plan = aPlan({ lockers: 3, each: { [lockerName(2)]: { on: aRelease() } } });
  const staging = (digest = configDigestOf(aRelease())) => {
    const versions = ({ lockers }: VerbParams<'stage'>) =>
      lockers.map((locker) => ({ locker: locker as never, version: 2, configDigest: digest }));
    const fake = aFakeBox({ stage: (params) => ({ built: true, versions: versions(params) }) });
    const stage = makeStageRelease({ box: fake, fleet, source: noSource });
    return { fake, answer: anActivityEnvironment().run(() => stage({ ...held, plan })) };
  };

  test('asks for the lockers that change, and for no other', async () => {
    const { fake, answer } = staging();
    await expect(answer).resolves.toEqual({ built: true });
    expect(fake.calls[0]?.params).toMatchObject({ lockers: [lockerName(1), lockerName(3)], target: { release: plan.release } });
    expect(fake.calls[0]?.options.change?.token).toBe(`${held.rollout}/lxc12/-/0/stage`);
  });

  test('of a config that is not the planned one stops the rollout before anything is stopped', async () => {
    const { answer } = staging(fakeHash('edited since') as never);
    await expect(answer).rejects.toMatchObject({ type: 'WorldChanged', nonRetryable: true });
  });
});

describe('the fleet file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lockstep-fleet-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('that is missing is named with its path', async () => {
    const file = join(folder, 'fleet.yaml');
    await expect(makeFleetFile(file).read()).rejects.toMatchObject({
      code: 'FleetFileMissing',
      sentence: expect.stringContaining(file) as string,
    });
  });

  test('is read anew each time', async () => {
    const file = join(folder, 'fleet.yaml');
    const fleetFile = makeFleetFile(file);
    writeFileSync(file, 'version: 1\nservices: {}\nboxes: {}\n');
    await expect(fleetFile.read()).resolves.toMatchObject({ file, boxes: {} });
    writeFileSync(file, 'version: 2\n');
    await expect(fleetFile.read()).rejects.toMatchObject({ code: 'FleetFileInvalid' });
  });

  test('that is a folder can not be read', async () => {
    await expect(makeFleetFile(folder).read()).rejects.toMatchObject({ code: 'FleetFileInvalid' });
  });
});
