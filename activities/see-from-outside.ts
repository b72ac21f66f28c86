/** The probe from outside: the worker asks a locker's URL until it is seen well, or its time is over. Looks only. */
import { setTimeout as sleep } from 'node:timers/promises';
import { judgeExternal } from '../domain/check/judge-external';
import type { OutsideAnswer, OutsideVerdict } from '../domain/check/judge-external';
import { externalUrlOf } from '../domain/check/external-url';
import type { BoxName, LockerName } from '../domain/model/ids';
import type { ExternalProbe } from '../domain/model/policy';
import { valuesOf } from '../domain/model/service-of';
import type { ActivityPorts } from './ports/activity-ports';
import type { HttpPort } from './ports/http-port';
import type { Running } from './run-activity';

/** Between two probes: as a box's own. */
const PAUSE_MS = 1_000;
const PROBE_MS = 5_000;
/** Of a locker that is asked for ever; the first and the last ones tell it. */
const KEPT = 200;

interface Outside {
  readonly box: BoxName;
  readonly locker: LockerName;
  readonly probe: ExternalProbe;
}

export async function seeFromOutside(
  { box, locker, probe }: Outside,
  { fleet, http }: Pick<ActivityPorts, 'fleet' | 'http'>,
  running: Running,
): Promise<OutsideVerdict> {
  const { url, missing } = externalUrlOf(probe.url, { ...valuesOf(await fleet.read(), box, locker), box, locker });
  if (missing.length > 0) {
    return {
      kind: 'inconclusive',
      evidence: [`the url ${probe.url} needs ${missing.join(', ')}, and no value of that name is there`],
    };
  }
  const until = Date.now() + probe.timeoutMs;
  const answers: OutsideAnswer[] = [];
  const judge = (isOver: boolean, control: boolean | null) =>
    judgeExternal({ answers, goodProbes: probe.goodProbes, isOver, control });
  for (;;) {
    answers.push(await probeOnce(http, url, running));
    if (answers.length > KEPT) answers.shift();
    const isOver = Date.now() + PAUSE_MS >= until;
    const verdict = judge(isOver, null);
    if (verdict.kind === 'inconclusive' && probe.control !== null)
      return judge(true, await answersAtAll(http, probe.control, running));
    if (verdict.kind !== 'again') return verdict;
    await sleep(PAUSE_MS, undefined, { signal: running.signal });
  }
}

async function probeOnce(http: HttpPort, url: string, { signal }: Running): Promise<OutsideAnswer> {
  const seen = await http.ask({ method: 'GET', url, timeoutMs: PROBE_MS, signal });
  if (seen.kind === 'none') return { kind: 'none', detail: `GET ${url}: ${seen.detail}` };
  if (seen.status >= 200 && seen.status < 300) return { kind: 'good' };
  return { kind: 'bad', detail: `GET ${url}: ${seen.status} ${seen.body.slice(0, 200)}` };
}

const answersAtAll = async (http: HttpPort, url: string, { signal }: Running): Promise<boolean> =>
  (await http.ask({ method: 'GET', url, timeoutMs: PROBE_MS, signal })).kind === 'answer';
