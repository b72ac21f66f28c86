/**
 * The fleet that a sandbox is: one service, its boxes, a quick policy. The root's fleet.yaml says
 * the same for people (a test compares them); tests write theirs from here. Pure.
 */
import { stringify } from 'yaml';
import { parseFleet } from '../domain/model/parse-fleet';
import type { Fleet } from '../domain/model/fleet';
import type { SandboxLayout } from './sandbox-layout';

export const SANDBOX_SERVICE = 'locker';

/** What the templates of the config repository ask for. */
export const SANDBOX_VALUES = {
  port: 8042,
  greeting: 'Welcome to your locker',
  /** CPU that a start costs. */
  startCpuMs: 60,
  jobEveryMs: 1_000,
  jobMedianMs: 150,
  jobSigma: 0.6,
};

/** Quick, for a demo: three of twelve down at once, and proven in seconds. */
export const QUICK_POLICY = {
  maxDown: 3,
  verify: { stable: '3s' },
  soak: { canary: '5s' },
  gates: 'none',
  // The box is the machine that somebody works on: the gate would wait for him.
  pressure: { cpuSomeAvg10: 100 },
};

export interface FleetWishes {
  readonly boxes: readonly string[];
  readonly policy?: Record<string, unknown>;
  readonly values?: Record<string, string | number | boolean>;
}

export function sandboxFleetText(layout: SandboxLayout, { boxes, policy, values }: FleetWishes): string {
  const box = (host: string) => ({ service: SANDBOX_SERVICE, sandbox: true, ssh: { host, config: layout.sshConfig } });
  return stringify({
    version: 1,
    services: {
      [SANDBOX_SERVICE]: {
        code: { repo: layout.codeRepo, ref: 'stable' },
        config: { repo: layout.configRepo, ref: 'stable' },
        port: SANDBOX_VALUES.port,
        probe: { path: '/health', timeout: '2s', interval: '500ms' },
        revision: { http: '/core/revision' },
        drain: { kind: 'http', begin: '/core/quiesce', undo: '/core/unquiesce', idle: '/core/idle' },
        values: { ...SANDBOX_VALUES, ...values },
        policy: policy ?? QUICK_POLICY,
      },
    },
    boxes: Object.fromEntries(boxes.map((name) => [name, box(name)])),
  });
}

/** The same, parsed: what `up` deploys the first release from. */
export function sandboxFleet(layout: SandboxLayout, wishes: FleetWishes): Fleet {
  return parseFleet(sandboxFleetText(layout, wishes), layout.dir.concat('/fleet.yaml'));
}
