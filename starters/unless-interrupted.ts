/** Ctrl-C ends the waiting at once; what is under way in the background (a server that starts) goes on. */
export async function unlessInterrupted<T>(interrupted: AbortSignal, work: () => Promise<T>): Promise<T | null> {
  const left = new Promise<null>((resolve) => {
    if (interrupted.aborted) resolve(null);
    interrupted.addEventListener('abort', () => resolve(null), { once: true });
  });
  return Promise.race([work(), left]);
}
