/** Resolves when `signal` is aborted (at once if it was); never, and listening no longer, once `over` is. */
export function aborted(signal: AbortSignal, over: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: over });
  });
}
