/**
 * Layers of written policy (fleet, service, box, flags) become one: a later layer wins key by
 * key, inside the groups too, so that a box which sets `soak.batch` keeps the fleet's `soak.canary`.
 * What nobody wrote is the product's default, from this one table. Free of zod.
 */
import type { ExternalProbe, Policy, PolicyInput } from './policy';

export const PRODUCT_DEFAULTS: Policy = {
  batches: [1, 5, 'rest'],
  maxDown: '10%',
  maxUnproven: null,
  maxStarting: 5,
  pressure: { cpuSomeAvg10: 60, memoryAvailable: 5, loadPerCore: 4, holdAfterMs: 600_000 },
  drain: { timeoutMs: 60_000, onTimeout: 'skip' },
  drainIsExplicit: false,
  stop: { timeoutMs: 60_000, onTimeout: 'kill' },
  verify: { goodProbes: 3, stableMs: 10_000, deadlineMs: 300_000, external: null },
  soak: { canaryMs: 30_000, batchMs: 0 },
  rehearsal: 'auto',
  gates: 'canary',
  gateTimeoutMs: 24 * 3_600_000,
  onGateTimeout: 'hold',
  remindEveryMs: 4 * 3_600_000,
  approvers: null,
  fourEyes: false,
  identity: 'claimed',
  maxFailures: { canary: 0, batch: null, total: '3%' },
  maxUnreachable: 0,
  progressDeadlineMs: null,
  onFailure: 'hold',
  rollbackMaxDown: '25%',
  keepReleases: 5,
  rewind: false,
  windows: [],
  freeze: null,
};

export function mergePolicy(layers: readonly PolicyInput[]): Policy {
  return layers.reduce<Policy>(overlay, PRODUCT_DEFAULTS);
}

function overlay(base: Policy, layer: PolicyInput): Policy {
  const { pressure, drain, stop, verify, soak, maxFailures } = layer;
  return {
    batches: layer.batches ?? base.batches,
    maxDown: layer.maxDown ?? base.maxDown,
    maxUnproven: layer.maxUnproven ?? base.maxUnproven,
    maxStarting: layer.maxStarting ?? base.maxStarting,
    pressure: {
      cpuSomeAvg10: pressure?.cpuSomeAvg10 ?? base.pressure.cpuSomeAvg10,
      memoryAvailable: pressure?.memoryAvailable ?? base.pressure.memoryAvailable,
      loadPerCore: pressure?.loadPerCore ?? base.pressure.loadPerCore,
      holdAfterMs: pressure?.holdAfter ?? base.pressure.holdAfterMs,
    },
    drain: { timeoutMs: drain?.timeout ?? base.drain.timeoutMs, onTimeout: drain?.onTimeout ?? base.drain.onTimeout },
    drainIsExplicit: base.drainIsExplicit || isWritten(drain),
    stop: { timeoutMs: stop?.timeout ?? base.stop.timeoutMs, onTimeout: stop?.onTimeout ?? base.stop.onTimeout },
    verify: {
      goodProbes: verify?.goodProbes ?? base.verify.goodProbes,
      stableMs: verify?.stable ?? base.verify.stableMs,
      deadlineMs: verify?.deadline ?? base.verify.deadlineMs,
      external: externalOf(verify?.external, base.verify.external),
    },
    soak: { canaryMs: soak?.canary ?? base.soak.canaryMs, batchMs: soak?.batch ?? base.soak.batchMs },
    rehearsal: layer.rehearsal ?? base.rehearsal ?? 'auto',
    gates: layer.gates ?? base.gates,
    gateTimeoutMs: layer.gateTimeout ?? base.gateTimeoutMs,
    onGateTimeout: layer.onGateTimeout ?? base.onGateTimeout ?? 'hold',
    remindEveryMs: lifted(layer.remindEvery, base.remindEveryMs),
    approvers: lifted(layer.approvers, base.approvers),
    fourEyes: layer.fourEyes ?? base.fourEyes ?? false,
    identity: layer.identity ?? base.identity ?? 'claimed',
    maxFailures: {
      canary: maxFailures?.canary ?? base.maxFailures.canary,
      batch: lifted(maxFailures?.batch, base.maxFailures.batch),
      total: maxFailures?.total ?? base.maxFailures.total,
    },
    maxUnreachable: layer.maxUnreachable ?? base.maxUnreachable,
    progressDeadlineMs: lifted(layer.progressDeadline, base.progressDeadlineMs),
    onFailure: layer.onFailure ?? base.onFailure,
    rollbackMaxDown: layer.rollbackMaxDown ?? base.rollbackMaxDown,
    keepReleases: layer.keepReleases ?? base.keepReleases,
    rewind: layer.rewind ?? base.rewind ?? false,
    windows: layer.windows ?? base.windows ?? [],
    freeze: lifted(layer.freeze, base.freeze),
  };
}

/** Written as null it lifts what a wider layer says. */
function lifted<T>(written: T | null | undefined, base: T | null | undefined): T | null {
  return written === undefined ? (base ?? null) : written;
}

type WrittenVerify = NonNullable<PolicyInput['verify']>;

/** Written anew as a whole: parts of two URLs make none. */
function externalOf(written: WrittenVerify['external'], base: ExternalProbe | null | undefined): ExternalProbe | null {
  if (written === undefined || written === null) return lifted(written, base);
  const { url, goodProbes = 1, timeout: timeoutMs = 30_000, control = null } = written;
  return { url, goodProbes, timeoutMs, control };
}

function isWritten(drain: PolicyInput['drain']): boolean {
  return drain !== undefined && Object.values(drain).some((value) => value !== undefined);
}
