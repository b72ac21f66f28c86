/** One hook of the fleet file, as it stands now. That it fails is an outcome and no fault: a hook never ends a rollout. */
import { dirname } from 'node:path';
import type { Fleet } from '../domain/model/fleet';
import type { Hook, HookOutcome } from '../domain/model/hook';
import type { HookFacts } from '../domain/model/hook-facts';
import { hooksOf } from '../domain/model/hooks-of';
import type { BoxActivities } from './contract';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';
import type { Running } from './run-activity';

type Ports = Pick<ActivityPorts, 'fleet' | 'http' | 'command'>;
interface Doing {
  readonly fleet: Fleet;
  readonly facts: HookFacts;
  readonly deadlineMs: number;
  readonly running: Running;
}

const MAX_DETAIL = 300;

export const makeRunHook = (ports: Ports): BoxActivities['runHook'] => {
  return ({ box, facts, deadlineMs }) =>
    runActivity('leave', async (running) => {
      const began = Date.now();
      const { hook: name, when } = facts;
      const fleet = await ports.fleet.read();
      const hook = hooksOf(fleet, box)[when].find((one) => one.name === name);
      const detail = hook
        ? await failureOf(hook, ports, { fleet, facts, deadlineMs, running })
        : 'it is not in the fleet file any more';
      const outcome: HookOutcome['outcome'] = detail === null ? 'done' : 'failed';
      return { when, name, outcome, detail: detail?.slice(0, MAX_DETAIL) ?? null, tookMs: Date.now() - began };
    });
};

/** null: it is done. */
async function failureOf({ act }: Hook, { http, command }: Ports, doing: Doing): Promise<string | null> {
  const { fleet, facts, deadlineMs: timeoutMs, running } = doing;
  const { signal } = running;
  const text = JSON.stringify(facts);
  if (act.kind === 'exec') {
    const env = { LOCKSTEP_HOOK: facts.hook, LOCKSTEP_HOOK_TOKEN: facts.token, LOCKSTEP_BOX: facts.box };
    const ran = await command.run({ argv: act.argv, cwd: dirname(fleet.file), env, stdin: `${text}\n`, timeoutMs, signal });
    signal.throwIfAborted();
    if (ran.code === 0) return null;
    const said = ran.lastLine === '' ? '' : `: ${ran.lastLine}`;
    return `${ran.timedOut ? `killed after ${timeoutMs} ms` : `exit ${ran.code ?? 'by a signal'}`}${said}`;
  }
  const headers = { 'content-type': 'application/json', 'idempotency-key': facts.token };
  const seen = await http.ask({ method: 'POST', url: act.url, headers, body: text, timeoutMs, signal });
  // The whole URL may hold a secret.
  const host = new URL(act.url).host;
  if (seen.kind === 'none') return `POST to ${host}: ${seen.detail}`;
  return seen.status >= 200 && seen.status < 300 ? null : `POST to ${host}: ${seen.status} ${seen.body.trim().slice(0, 200)}`;
}
