import type { Service } from '@parley/ports';

/**
 * Something that is opened and closed, as a service: `value` is there once it was started. Closing waits for an opening
 * under way, and closing what never opened is harmless.
 */
export function resource<T>(
  name: string,
  open: () => Promise<T> | T,
  close: (value: T) => Promise<unknown>,
): Service & { readonly value: T } {
  let opened: { readonly value: T } | undefined;
  let closing: Promise<void> | undefined;
  return {
    name,
    get value() {
      if (opened === undefined) throw new Error(`${name} is not started`);
      return opened.value;
    },
    async start() {
      opened = { value: await open() };
    },
    stop() {
      return (closing ??= (async () => {
        if (opened !== undefined) await close(opened.value);
      })());
    },
  };
}
