/** The life of a process: services start one after the other and stop in reverse, within one deadline. */
import type { Logger, Service } from '@parley/ports';

/** What is needed of the process; the real one by default. */
export interface ProcessLike {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(code: number): never;
}

/**
 * A second signal within this time is the same one: npm repeats to its child what the terminal has already sent it. A later
 * one means that the person has lost patience.
 */
const SAME_SIGNAL_MS = 1000;

/** A failure that a person can mend: told in one line, without a stack. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export interface Life {
  /** Starts a service, to be stopped before all that were started earlier. Never resolves once the process is ending. */
  readonly start: <S extends Service>(service: S) => Promise<S>;
  /** Ends the process with code 1: something broke that only a new start can mend. */
  readonly fail: (error: unknown, what: string) => void;
}

/**
 * Runs a process: `story` builds and starts its services. When it fails, everything started so far is stopped and the process
 * ends with 1. On SIGINT or SIGTERM all is stopped in reverse and the process ends with 0, or with 1 after `deadlineMs`.
 */
export async function runProcess(
  options: {
    readonly logger: Logger;
    readonly deadlineMs: number;
    readonly process?: ProcessLike;
  },
  story: (life: Life) => Promise<void>,
): Promise<void> {
  const host = options.process ?? process;
  const { logger } = options;
  const started: Service[] = [];
  let starting: Promise<void> = Promise.resolve();
  let ending: Promise<void> | undefined;
  let endingSince = 0;

  const stopAll = async (code: number): Promise<void> => {
    const deadline = setTimeout(() => {
      logger.error({ deadline_ms: options.deadlineMs }, 'not everything stopped in time');
      host.exit(1);
    }, options.deadlineMs);
    await starting.catch(() => undefined);
    for (const service of started.reverse()) {
      try {
        await service.stop();
      } catch (error) {
        logger.error({ err: error, stopping: service.name }, 'did not stop cleanly');
      }
    }
    clearTimeout(deadline);
    host.exit(code);
  };
  const end = (code: number): Promise<void> => {
    if (ending === undefined) {
      endingSince = performance.now();
      ending = stopAll(code);
    }
    return ending;
  };

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    host.on(signal, () => {
      if (ending === undefined) logger.info({ signal }, 'stopping');
      else if (performance.now() - endingSince > SAME_SIGNAL_MS) host.exit(1);
      void end(0);
    });
  }

  const fail = (error: unknown, what: string): void => {
    if (ending === undefined) {
      if (error instanceof Refusal) logger.error({}, error.message);
      else logger.error({ err: error }, what);
    }
    void end(1);
  };
  const start = async <S extends Service>(service: S): Promise<S> => {
    if (ending !== undefined) return new Promise<never>(() => undefined);
    // Listed before it is started: a service that failed half way has something to stop.
    started.push(service);
    starting = service.start();
    await starting;
    // Whoever asked to end while it started waits in stopAll and goes on from here.
    if (ending !== undefined) return new Promise<never>(() => undefined);
    return service;
  };

  try {
    await story({ start, fail });
  } catch (error) {
    fail(error, 'did not start');
    await ending;
  }
}
