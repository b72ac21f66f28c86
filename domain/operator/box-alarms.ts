/** What a box has to tell of its lockers when no rollout of it runs: who crashes again and again, and whom it brought back by itself. */
import type { SeenLocker } from '../model/inventory';

export function boxAlarms(lockers: readonly SeenLocker[]): string[] {
  return lockers.flatMap(({ name, current, crashLoop, rewound }) => {
    const label = current?.release.label ?? 'no release of ours';
    const loop = crashLoop ? [`${name} crashes again and again on ${label}`] : [];
    // Somebody has brought it elsewhere since: then that is told by whoever did.
    if (rewound === null || rewound.to !== current?.version) return loop;
    const came = rewound.end === null ? 'is being brought back' : rewound.end === 'serving' ? 'was brought back' : null;
    if (came === null) return loop;
    return [...loop, `${name} ${came} by its box to ${label}, since ${rewound.since}: it crashed again and again`];
  });
}
