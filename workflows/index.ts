/** The list of workflows that a worker registers; Temporal wants it in one file. */
export { boxCheck } from './box-check';
export { boxLocker } from './box-locker';
export { boxLook } from './box-look';
export { boxMend } from './box-mend';
export { boxPreview } from './box-preview';
export { boxRelease } from './box-release';
export { boxSettleMigration } from './box-settle-migration';
export { boxRollout } from './box-rollout';
