/**
 * What a build left running. Known by the HOME that it was given, which its children keep when they
 * leave its process group; one that lockerd's own end orphaned is known by it too.
 */
import { endProcessesWith } from './end-processes';

/** Ends, at once, each process whose HOME begins so. */
export const endBuildProcesses = (homePrefix: string): Promise<void> => endProcessesWith(`HOME=${homePrefix}`);
