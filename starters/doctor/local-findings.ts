/** What is seen on this side: Node, fleet file, Temporal and its worker. Pure. */
import { FAULTS } from '../../domain/faults';
import type { FaultDetails } from '../../domain/faults';
import type { StuckRollout } from '../operations/stuck-rollouts';
import { checkNode } from './check-figures';
import { fail, ok, skip } from './finding';
import type { Finding } from './finding';

export type SeenTemporal =
  | { readonly kind: 'not-started' }
  | { readonly kind: 'fault'; readonly fault: FaultDetails }
  | {
      readonly kind: 'answers';
      readonly address: string;
      readonly namespace: string;
      /** null: the namespace is there. */
      readonly namespaceFault: string | null;
      readonly missingAttributes: readonly string[];
      readonly silentQueues: readonly string[];
      /** Rollouts whose workflow code fails; null: the server can't list them. */
      readonly stuck: readonly StuckRollout[] | null;
    };

export interface SeenLocally {
  readonly node: string;
  readonly fleet: { readonly file: string; readonly boxes: readonly string[] } | { readonly fault: FaultDetails };
  readonly temporal: SeenTemporal;
}

const OLDEST_NODE = 20;
const TEMPORAL = ['Temporal', 'namespace', 'search attributes', 'worker', 'rollouts'] as const;

export function localFindings({ node, fleet, temporal }: SeenLocally): Finding[] {
  return [{ ...checkNode(node, OLDEST_NODE), check: 'our Node' }, fleetFinding(fleet), ...temporalFindings(temporal)];
}

function fleetFinding(fleet: SeenLocally['fleet']): Finding {
  if ('fault' in fleet) return faultFinding('fleet file', fleet.fault);
  return ok('fleet file', `${fleet.file}: ${fleet.boxes.join(', ') || 'no boxes'}`);
}

function temporalFindings(temporal: SeenTemporal): Finding[] {
  switch (temporal.kind) {
    case 'not-started':
      return TEMPORAL.map((name) => skip(name, 'the embedded one does not run; the next rollout starts it'));
    case 'fault':
      return [
        faultFinding('Temporal', temporal.fault),
        ...TEMPORAL.slice(1).map((name) => skip(name, 'not looked at: Temporal failed')),
      ];
    case 'answers':
      break;
  }
  return answered(temporal);
}

function answered({
  address,
  namespace,
  namespaceFault,
  missingAttributes,
  silentQueues,
  stuck,
}: Extract<SeenTemporal, { kind: 'answers' }>): Finding[] {
  const temporal = ok('Temporal', `answers at ${address}`);
  if (namespaceFault !== null) {
    const cure = 'Let `npm run set-up-temporal` make it, or name another with TEMPORAL_NAMESPACE.';
    return [
      temporal,
      fail('namespace', `${namespace}: ${namespaceFault}`, cure),
      ...TEMPORAL.slice(2).map((name) => skip(name, 'not looked at: namespace failed')),
    ];
  }
  return [
    temporal,
    ok('namespace', namespace),
    missingAttributes.length === 0
      ? ok('search attributes', 'registered')
      : fail(
          'search attributes',
          `missing: ${missingAttributes.join(', ')}`,
          'Start a worker: it registers them; or set up the namespace (docs/team.md).',
        ),
    silentQueues.length === 0
      ? ok('worker', 'polls its queues')
      : fail(
          'worker',
          `nobody polls ${silentQueues.join(' and ')}`,
          'Start one with `npm run worker`; the embedded one starts with the next rollout.',
        ),
    rolloutFinding(stuck),
  ];
}

function rolloutFinding(stuck: readonly StuckRollout[] | null): Finding {
  if (stuck === null) return skip('rollouts', 'this server does not say whose workflow code fails');
  if (stuck.length === 0) return ok('rollouts', 'none is stuck');
  const seen = stuck.map(({ box, why }) => `the rollout on ${box} is stuck: ${why}`);
  return fail('rollouts', seen.join('\n'), FAULTS.RolloutStuck.cure);
}

const faultFinding = (check: string, { sentence, evidence, cure }: FaultDetails): Finding =>
  fail(check, [sentence, ...evidence].join('\n'), cure);
