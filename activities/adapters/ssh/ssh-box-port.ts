/** BoxPort over SSH: one connection and one channel per box, however many calls are open (sshd allows few of either). */
import { dirname } from 'node:path';
import { Fault } from '../../../domain/faults';
import type { BoxName } from '../../../domain/model/ids';
import { boxOf } from '../../../domain/model/service-of';
import { VERBS } from '../../../domain/protocol/verbs';
import type { Verb, VerbParams, VerbResult } from '../../../domain/protocol/verbs';
import type { BoxPort, CallOptions } from '../../ports/box-port';
import type { FleetPort } from '../../ports/fleet-port';
import { callBox } from './call-box';
import { makeHeartbeat } from './heartbeat';
import type { Heartbeat } from './heartbeat';
import { keepLink } from './kept-link';
import type { KeptLink } from './kept-link';
import { openLink } from './open-link';
import { resolveRoute } from './resolve-route';
import type { Route } from './route';
import type { Surroundings } from './surroundings';

export type Account = Omit<Surroundings, 'folder'>;

/** Time for TCP, SSH, channel and handshake together: lockerd may have to be started first. */
const OPEN_TIMEOUT_MS = 15_000;

interface Line {
  /** As JSON; what it was opened for. */
  readonly route: string;
  readonly link: KeptLink;
  readonly heartbeat: Heartbeat;
}

export function makeSshBoxPort(options: { fleet: FleetPort; account: Account; openTimeoutMs?: number }): BoxPort {
  const lines = new Map<BoxName, Line>();
  // Their open calls end on them; nothing new is asked there, so they close when idle.
  const retired = new Set<Line>();
  const open = async (box: BoxName) => openLink(box, await routeTo(box, options), options.openTimeoutMs ?? OPEN_TIMEOUT_MS);
  const lineTo = async (box: BoxName): Promise<Line> => {
    const before = lines.get(box);
    // A file that is broken just now must not cut off the steps of a rollout under way.
    const route = JSON.stringify(await routeTo(box, options).catch((error: unknown) => givenUp(error, before)));
    const known = lines.get(box);
    if (known && known.route === route) return known;
    if (known) retired.add(known);
    const link = keepLink(() => open(box));
    const line = { route, link, heartbeat: makeHeartbeat(() => link.current()) };
    lines.set(box, line);
    return line;
  };
  return {
    call: async (box, verb, params, callOptions) => callVerb(box, await lineTo(box), { verb, params, options: callOptions }),
    close: async () => {
      for (const { link, heartbeat } of [...lines.values(), ...retired]) {
        heartbeat.stop();
        link.close();
      }
      lines.clear();
    },
  };
}

function givenUp(error: unknown, before: Line | undefined): unknown {
  if (!before?.link.current()) throw error;
  return JSON.parse(before.route);
}

async function callVerb<V extends Verb>(
  box: BoxName,
  { link, heartbeat }: Line,
  { verb, params, options }: { verb: V; params: VerbParams<V>; options: CallOptions },
): Promise<VerbResult<V>> {
  const { change } = options;
  const silence = change ? heartbeat.name(change.token) : () => {};
  try {
    const request = { verb, params, ...(change ? { change } : {}) };
    const value = await callBox({ box, link, request, options });
    const parsed = VERBS[verb].result.safeParse(value);
    if (!parsed.success) throw badResult(box, verb, parsed.error.issues);
    return parsed.data as VerbResult<V>;
  } finally {
    silence();
  }
}

function badResult(box: BoxName, verb: Verb, issues: readonly { path: PropertyKey[]; message: string }[]): Fault {
  return new Fault('ProtocolMismatch', `lockerd on ${box} answered ${verb} in a shape that this version does not know.`, {
    evidence: issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  });
}

/** Asked for each call, so that a mended fleet file or ssh config counts at once and nobody is asked on the way of yesterday. */
async function routeTo(box: BoxName, { fleet, account }: { fleet: FleetPort; account: Account }): Promise<Route> {
  const read = await fleet.read();
  const { ssh } = boxOf(read, box);
  return resolveRoute(ssh, { ...account, folder: dirname(read.file) });
}
