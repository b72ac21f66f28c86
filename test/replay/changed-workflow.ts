/** A change of the workflow as a later release might bring it: another command before each drain. CONTRIBUTING.md shows it. */
import type { Edit } from '../chaos/referee/broken-lockerd';

const FILE = 'workflows/run-locker.ts';

/** `patched`: what began before goes on in the old order. */
export const CHANGED_WORKFLOW: readonly Edit[] = changeWith("if (patched('wait-before-drain')) await sleep(10);");
/** The mistake that saved histories are there to catch. */
export const BROKEN_WORKFLOW: readonly Edit[] = changeWith('await sleep(10);');

function changeWith(statement: string): readonly Edit[] {
  const imports = "from '@temporalio/workflow';";
  const draining = '  draining: async (rollout, step) => {';
  return [
    { file: FILE, piece: imports, becomes: `${imports}\nimport { patched, sleep } ${imports}\nvoid patched;` },
    { file: FILE, piece: draining, becomes: `${draining}\n    ${statement}` },
  ];
}
