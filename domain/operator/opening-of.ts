import type { Gate } from '../model/progress';

/** Which opening of a gate an approval is for. 0: of a rollout of an earlier version, which names none, or no gate. */
export const openingOf = (gate: Gate | null): number => gate?.opened ?? 0;
