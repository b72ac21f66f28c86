/**
 * Things of the domain with sensible content, for tests that care about one aspect of them.
 * A plan comes from the real planner and an inventory or fleet has passed the real schema.
 */
import { FleetInput } from '../../domain/model/fleet';
import type { PlannedHooks } from '../../domain/model/hook';
import type { Checks } from '../../domain/model/check';
import type { Fleet } from '../../domain/model/fleet';
import type { BoxName, Digest, LockerName, Sha } from '../../domain/model/ids';
import { Inventory } from '../../domain/model/inventory';
import type { Owed, SeenLocker } from '../../domain/model/inventory';
import { mergePolicy } from '../../domain/model/merge-policy';
import type { Plan } from '../../domain/model/plan';
import { PolicyInput } from '../../domain/model/policy';
import type { Policy } from '../../domain/model/policy';
import { ReleaseManifest } from '../../domain/model/release-manifest';
import type { Migration } from '../../domain/model/release-manifest';
import { Release } from '../../domain/model/release';
import type { Revision } from '../../domain/model/release';
import type { ServiceConfig } from '../../domain/model/service';
import { serviceConfigOf } from '../../domain/model/service-of';
import type { Force } from '../../domain/plan/direction';
import { makePlan } from '../../domain/plan/make-plan';
import type { PlanFacts } from '../../domain/plan/make-plan';
import type { z } from 'zod';

/** 64 hex digits out of any text: FNV-1a with eight seeds. Not for secrets, good for telling texts apart. */
export function fakeHash(text: string): string {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((seed) => fnv(text, seed).toString(16).padStart(8, '0')).join('');
}
/** Looked up once: globals are slow inside jest. */
const { imul } = Math;
function fnv(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ imul(seed, 0x9e3779b1);
  for (let i = 0; i < text.length; i += 1) hash = imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = imul(hash, 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
const digestOf = (text: string) => fakeHash(text) as Digest;

/** A release told from others by one word: the same word gives the same release. */
export function aRelease(word = 'new'): Release {
  const made = RELEASES.get(word) ?? makeRelease(word);
  RELEASES.set(word, made);
  return made;
}
/** Properties ask for the same ones thousands of times. */
const RELEASES = new Map<string, Release>();

function makeRelease(word: string): Release {
  const hex = fakeHash(word) + fakeHash(`${word}+`);
  const sha = hex.slice(0, 40) as Sha;
  return Release.parse({
    id: `r${hex.slice(0, 12)}`,
    label: `${word}-20261120-g${sha.slice(0, 6)}`,
    service: 'locker',
    code: { id: `c${hex.slice(12, 24)}`, revision: sha, build: `${100 + word.length}-g${sha.slice(0, 12)}` },
    config: { revision: hex.slice(40, 80) },
  });
}

/** Digest of the config that a release gives every locker of these builders. */
export const configDigestOf = (release: Release): Digest => digestOf(`config of ${release.config.revision}`);

/** As it stands in a version directory. */
export function aRevision(release: Release, version = 1): Revision {
  return {
    format: 1,
    version,
    release: { id: release.id, label: release.label },
    service: release.service,
    code: release.code,
    config: { revision: release.config.revision, digest: configDigestOf(release) },
    at: '2026-11-01T10:00:00.000Z',
    by: 'local:builder',
  };
}

/** What to do to one locker: `{ on: aRelease('old') }` says what it runs, the rest overrides fields. */
export type SeenOverrides = Partial<SeenLocker> & { readonly on?: Release | null };

export function aSeenLocker(
  name: string,
  { on = aRelease('old'), ...overrides }: SeenOverrides = {},
  target = aRelease(),
): SeenLocker {
  const state = overrides.state ?? 'running';
  const current = on && aRevision(on);
  const runs = state === 'running';
  return {
    name: name as LockerName,
    state,
    address: '10.0.3.11',
    initPid: runs ? 4711 : null,
    current,
    running: runs && on ? { codeId: on.code.id, version: 1 } : null,
    next: null,
    healthy: runs,
    reportedBuild: runs && on ? on.code.build : null,
    wanted: 'up',
    owed: null,
    parked: null,
    targetConfigDigest: configDigestOf(target),
    lineage: null,
    problems: [],
    crashLoop: false,
    rewound: null,
    goneConfig: [],
    missingConfig: [],
    tooOld: false,
    ...overrides,
  };
}

/** Of a release that has these migrations: once for the box, before the first locker, unless told otherwise. */
export type AMigration = Partial<Migration> & { readonly id: string };
export function aManifest(...migrations: readonly AMigration[]): ReleaseManifest {
  const of = { scope: 'box', when: 'before-first', reversible: true, run: ['run'], check: ['check'] };
  return ReleaseManifest.parse({ migrations: migrations.map((migration) => ({ ...of, ...migration })) });
}

/** `locker-001`, `locker-002`, … */
export const lockerName = (number: number): LockerName => `locker-${String(number).padStart(3, '0')}` as LockerName;

export function anOwed(overrides: Partial<Owed> = {}): Owed {
  const token = '11111111-1111-4111-8111-111111111111/lxc12/locker-001/1/update' as Owed['token'];
  return { token, from: 1, to: 2, since: '2026-11-20T09:00:00.000Z', ...overrides };
}

export interface InventoryOptions extends Omit<Partial<Inventory>, 'lockers' | 'box'> {
  readonly box?: string;
  readonly lockers?: number;
  /** Every locker runs this one, healthy, unless `each` says otherwise. */
  readonly on?: Release | null;
  /** What `inspect` was asked about: whose config is rendered. */
  readonly target?: Release;
  /** Per locker, by name or by what it returns for a number from 1. */
  readonly each?: Readonly<Record<string, SeenOverrides>> | ((number: number) => SeenOverrides);
}

export function anInventory(options: InventoryOptions = {}): Inventory {
  const { lockers = 12, on = aRelease('old'), target = aRelease(), each = {}, box = 'lxc12', ...overrides } = options;
  const of = (number: number) => (typeof each === 'function' ? each(number) : (each[lockerName(number)] ?? {}));
  return Inventory.parse({
    box,
    at: '2026-11-20T10:00:00.000Z',
    bootId: '22222222-2222-4222-8222-222222222222',
    lockerd: '0.1.0',
    node: 'v20.20.0',
    lxc: '5.0.2',
    cores: 2,
    pressure: { cpuSomeAvg10: 1, memoryAvailablePercent: 80, loadPerCore: 0.2 },
    disk: { freeBytes: 50 * 1024 ** 3, freePercent: 60 },
    lease: null,
    lockers: Array.from({ length: lockers }, (_, i) => aSeenLocker(lockerName(i + 1), { on, ...of(i + 1) }, target)),
    ...overrides,
  });
}

export interface FleetOptions {
  /** Boxes `lxc1` … `lxcN`; a box named otherwise by `names`. */
  readonly boxes?: number;
  readonly names?: readonly string[];
  readonly file?: string;
  readonly policy?: z.input<typeof PolicyInput>;
  /** Overlays the service `locker`. */
  readonly service?: Record<string, unknown>;
  /** Overlays every box. */
  readonly box?: Record<string, unknown>;
}

export const A_DRAIN = { kind: 'http', begin: '/quiesce', undo: '/quiesce/undo', idle: '/quiesce/idle' } as const;

export function aFleet(options: FleetOptions = {}): Fleet {
  const { boxes = 1, names = Array.from({ length: boxes }, (_, i) => `lxc${i + 1}`), policy = {}, service, box } = options;
  const section = { service: 'locker', ssh: { host: '10.9.0.1', user: 'lockstep' }, ...box };
  const parsed = FleetInput.parse({
    version: 1,
    policy,
    services: {
      locker: {
        code: { repo: 'git/locker.git', ref: 'stable' },
        config: { repo: 'git/locker-config.git', ref: 'stable' },
        port: 8042,
        probe: { path: '/' },
        revision: { http: '/core/revision' },
        drain: A_DRAIN,
        ...service,
      },
    },
    boxes: Object.fromEntries(names.map((name) => [name, section])),
  });
  return { ...parsed, file: options.file ?? '/fleet/fleet.yaml' };
}

/** One fast check over HTTP, and one for the full set that runs a command. */
export const someChecks = (): Checks => ({
  fast: [
    {
      name: 'self-check',
      ask: { kind: 'http', path: '/self-check', expect: { json: { ok: true } } },
      timeoutMs: 300,
      onTimeout: 'inconclusive',
    },
  ],
  full: [{ name: 'deep', ask: { kind: 'exec', argv: ['/code/check', '--deep'] }, timeoutMs: 1_000, onTimeout: 'inconclusive' }],
});

/** The service `locker` as a box is told it. */
export function aServiceConfig(overrides: Partial<ServiceConfig> = {}): ServiceConfig {
  return { ...serviceConfigOf(aFleet({ names: ['lxc12'] }), 'lxc12'), ...overrides };
}

export const aPolicy = (written: z.input<typeof PolicyInput> = {}): Policy => mergePolicy([PolicyInput.parse(written)]);

export interface PlanOptions extends Omit<InventoryOptions, 'box'> {
  readonly box?: string;
  readonly release?: Release;
  /** As written in fleet.yaml: `{ maxDown: 3, soak: { canary: '0s' } }`. */
  readonly policy?: z.input<typeof PolicyInput>;
  readonly service?: Partial<ServiceConfig>;
  readonly changes?: Plan['changes'];
  readonly durations?: Readonly<Record<string, number>>;
  readonly heldOut?: Readonly<Record<string, string>>;
  readonly hooks?: PlannedHooks;
  readonly force?: Force;
}

/** Everything that the planner asks for. */
export function planFacts(options: PlanOptions = {}): PlanFacts {
  const {
    release = aRelease(),
    policy,
    service,
    changes,
    durations,
    heldOut,
    hooks,
    force,
    box = 'lxc12',
    ...inventory
  } = options;
  return {
    box: box as BoxName,
    service: aServiceConfig(service),
    policy: aPolicy(policy),
    inventory: anInventory({ target: release, box, ...inventory }),
    release,
    changes: changes ?? { code: ['4eef65 Answer sooner'], config: [] },
    ...(durations && { durations }),
    ...(force && { force }),
    ...(hooks && { hooks }),
    ...(heldOut && { heldOut: new Map(Object.entries(heldOut)) }),
  };
}

/** A plan by the real planner. Throws where the planner refuses. */
export function aPlan(options: PlanOptions = {}): Plan {
  const result = makePlan(planFacts(options), fakeHash);
  if (result.kind === 'refused') throw new Error(result.refusals.map(({ sentence }) => sentence).join('\n'));
  return result.plan;
}
