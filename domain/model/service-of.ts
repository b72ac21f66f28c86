/**
 * From fleet.yaml's words to what a box is told: the service in milliseconds with its defaults,
 * and the target that `inspect` and `stage` render the same config from. Free of zod.
 */
import { Fault } from '../faults';
import type { StageTarget } from '../protocol/verbs';
import type { Check, Checks, ChecksInput } from './check';
import type { BoxInput, Fleet, RevisionInput, ServiceInput } from './fleet';
import type { LockerName } from './ids';
import { didYouMean } from './near-miss';
import type { Release } from './release';
import type { ServiceConfig, Values } from './service';

/** A probe is one small GET on the box itself: a second is long, and three in a row are soon seen. */
const PROBE_DEFAULTS = { timeoutMs: 2_000, intervalMs: 1_000 };

/** A box's section, or UnknownBox with the boxes that there are. */
export function boxOf(fleet: Fleet, name: string): BoxInput {
  const boxes: Readonly<Record<string, BoxInput>> = fleet.boxes;
  const found = Object.hasOwn(boxes, name) ? boxes[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(boxes);
  throw new Fault('UnknownBox', `There is no box ${JSON.stringify(name)} in ${fleet.file}${didYouMean(name, known)}.`, {
    evidence: [`boxes in the file: ${known.join(', ') || 'none'}`],
  });
}

export function serviceConfigOf(fleet: Fleet, box: string): ServiceConfig {
  const { service: name, stage } = boxOf(fleet, box);
  const service = serviceOf(fleet, box);
  return {
    name,
    code: { repo: fromFolderOf(fleet.file, service.code.repo), ref: service.code.ref },
    config: { repo: fromFolderOf(fleet.file, service.config.repo), ref: service.config.ref },
    port: service.port,
    probe: probeFrom(service.probe),
    ...revisionFrom(service.revision),
    ...(service.mounts && { mounts: service.mounts }),
    ...(service.alive && { alive: aliveFrom(service.alive) }),
    ...(service.evidence && { evidence: evidenceFrom(service.evidence) }),
    drain: service.drain ?? null,
    ...(service.secrets.length > 0 && { secrets: service.secrets }),
    ...(service.checks && { checks: checksFrom(service.checks) }),
    ...(stage === 'push' && { stage }),
  };
}

function probeFrom({ timeout, interval, ...asked }: ServiceInput['probe']): ServiceConfig['probe'] {
  return {
    ...asked,
    timeoutMs: timeout ?? PROBE_DEFAULTS.timeoutMs,
    intervalMs: interval ?? PROBE_DEFAULTS.intervalMs,
  };
}

function revisionFrom(revision: RevisionInput): Pick<ServiceConfig, 'revision' | 'revisionPath'> {
  if (revision === 'mounts') return {};
  const { http, exec, file } = revision;
  // In the word that a box of an earlier version knows.
  if (http !== undefined) return { revisionPath: http };
  return { revision: exec ? { kind: 'exec', argv: exec } : { kind: 'file', path: file ?? '' } };
}

/** Half a minute is long for an init to come as far as its services, and short beside a deadline of minutes. */
const ALIVE_WITHIN_MS = 30_000;

const aliveFrom = ({ exec, within = ALIVE_WITHIN_MS, restart }: NonNullable<ServiceInput['alive']>): ServiceConfig['alive'] => {
  return { exec, withinMs: within, restart };
};

const evidenceFrom = ({ exec, file = '' }: NonNullable<ServiceInput['evidence']>): ServiceConfig['evidence'] =>
  exec ? { kind: 'exec', argv: exec } : { kind: 'file', path: file };

/** An answer of the locker itself takes milliseconds; one that asks others in its turn, a few seconds. */
const CHECK_TIMEOUT_MS = 5_000;

function checksFrom({ fast, full, sample }: ChecksInput): Checks {
  return { fast: fast.map(checkFrom), full: full.map(checkFrom), ...(sample !== undefined && { sample }) };
}

function checkFrom({ name, http, exec = [], timeout, onTimeout = 'inconclusive' }: ChecksInput['fast'][number]): Check {
  const ask: Check['ask'] = http ? { kind: 'http', path: http.path, expect: http.expect ?? {} } : { kind: 'exec', argv: exec };
  return { name, ask, timeoutMs: timeout ?? CHECK_TIMEOUT_MS, onTimeout };
}

/** What fills the templates of one locker. */
export function valuesOf(fleet: Fleet, box: string, locker: LockerName): Values {
  const { values, lockers } = boxOf(fleet, box);
  return { ...serviceOf(fleet, box).values, ...values, ...lockers[locker]?.values };
}

/** Where the packed dependencies of a box's service are, on the worker; null: it has none. */
export function packedOf(fleet: Fleet, box: string): { folder: string; lockfile: string } | null {
  const { packed } = serviceOf(fleet, box);
  return packed ? { ...packed, folder: fromFolderOf(fleet.file, packed.folder) } : null;
}

export function stageTargetOf(fleet: Fleet, box: string, release: Release): StageTarget {
  const section = boxOf(fleet, box);
  const lockerValues: Record<LockerName, Values> = {};
  for (const [locker, { values }] of Object.entries(section.lockers)) lockerValues[locker as LockerName] = values;
  return {
    release,
    service: serviceConfigOf(fleet, box),
    values: { ...serviceOf(fleet, box).values, ...section.values },
    lockerValues,
  };
}

/** parseFleet has checked that it is there. */
function serviceOf(fleet: Fleet, box: string): ServiceInput {
  const { service } = boxOf(fleet, box);
  const found = fleet.services[service];
  if (found === undefined)
    throw new Fault('FleetFileInvalid', `Box ${box} names the service ${service}, which is not in ${fleet.file}.`);
  return found;
}

/** URLs, `user@host:path` and absolute paths are left as they are. */
function fromFolderOf(file: string, repo: string): string {
  if (repo.startsWith('/') || /^[^/]+:/.test(repo)) return repo;
  return joined(file.slice(0, file.lastIndexOf('/') + 1), repo);
}

/** node:path is not to be had in domain/: folds `.` and `..` away, as git shows the path in its messages. */
function joined(folder: string, path: string): string {
  const kept: string[] = [];
  for (const part of `${folder}${path}`.split('/')) {
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
  }
  return `/${kept.join('/')}`;
}
