/** The rollouts of all boxes whose workflow code fails in its worker. */
import { ask } from './ask';
import { whyStuck } from './ask-rollout';
import type { Door } from './door';

export interface StuckRollout {
  readonly box: string;
  /** The failure's own message. */
  readonly why: string;
}

const RUNNING = `WorkflowType = 'boxRollout' AND ExecutionStatus = 'Running'`;

/** null: the server can't list them. */
export async function stuckRollouts(door: Door): Promise<StuckRollout[] | null> {
  const boxes = await ask(door, 'any box', () => running(door)).catch(() => null);
  if (boxes === null) return null;
  const looked = await Promise.all(boxes.map(async (box) => ({ box, why: await whyStuck(door, box) })));
  return looked.flatMap(({ box, why }) => (why === null ? [] : [{ box, why }]));
}

async function running({ client }: Door): Promise<string[]> {
  const boxes: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: RUNNING })) boxes.push(workflowId.replace(/^box\//, ''));
  return boxes;
}
