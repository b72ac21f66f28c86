/** What `lockerctl status` ends with where lockerd has answered it; any other exit code says that it has not. */
export const STATUS_EXIT = { allServe: 0, notAllServe: 5 } as const;

export const lockerdAnswered = (exit: number | null): boolean => Object.values<number | null>(STATUS_EXIT).includes(exit);
