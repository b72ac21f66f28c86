/** The list of workflows that a worker registers; Temporal wants it in one file. */
export { boxPreview } from './box-preview';
export { boxRollout } from './box-rollout';
