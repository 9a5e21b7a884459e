import { EventEmitter } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { Logger, Service } from '@parley/ports';
import { runProcess } from '@parley/runtime';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A process that notes its exit instead of ending. */
class Host extends EventEmitter {
  readonly exits: number[] = [];
  readonly exited: Promise<number>;
  private resolve!: (code: number) => void;
  constructor() {
    super();
    this.exited = new Promise((resolve) => (this.resolve = resolve));
  }
  exit(code: number): never {
    this.exits.push(code);
    this.resolve(code);
    return undefined as never;
  }
}

function service(name: string, story: string[], more: Partial<Service> = {}): Service {
  return {
    name,
    start: async () => void story.push(`start ${name}`),
    stop: async () => void story.push(`stop ${name}`),
    ...more,
  };
}

describe('a process', () => {
  test('starts in order and stops in reverse on a signal, with 0', async () => {
    const story: string[] = [];
    const host = new Host();
    await runProcess({ logger: quiet, deadlineMs: 5000, process: host }, async ({ start }) => {
      await start(service('a', story));
      await start(service('b', story));
    });
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    expect(await host.exited).toBe(0);
    expect(story).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    expect(host.exits).toEqual([0]);
  });

  test('a service that does not start ends it with 1, those before it stopped', async () => {
    const story: string[] = [];
    const host = new Host();
    const broken = service('b', story, { start: () => Promise.reject(new Error('no')) });
    await runProcess({ logger: quiet, deadlineMs: 5000, process: host }, async ({ start }) => {
      await start(service('a', story));
      await start(broken);
      await start(service('c', story));
    });
    expect(await host.exited).toBe(1);
    expect(story).toEqual(['start a', 'stop b', 'stop a']);
  });

  test('a signal in the middle of starting lets that service start, then stops it', async () => {
    const story: string[] = [];
    const host = new Host();
    const slow = service('b', story, {
      start: async () => {
        host.emit('SIGINT');
        await Promise.resolve();
        story.push('start b');
      },
    });
    void runProcess({ logger: quiet, deadlineMs: 5000, process: host }, async ({ start }) => {
      await start(service('a', story));
      await start(slow);
      await start(service('c', story));
    });
    expect(await host.exited).toBe(0);
    expect(story).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  test('a service that does not stop is left behind at the deadline, with 1', async () => {
    const host = new Host();
    const stuck = service('stuck', [], { stop: () => new Promise(() => undefined) });
    await runProcess({ logger: quiet, deadlineMs: 10, process: host }, async ({ start }) => {
      await start(stuck);
    });
    host.emit('SIGINT');
    expect(await host.exited).toBe(1);
  });

  test('a failure that only a new start can mend ends it with 1', async () => {
    const story: string[] = [];
    const host = new Host();
    await runProcess({ logger: quiet, deadlineMs: 5000, process: host }, async (life) => {
      await life.start(service('a', story));
      life.fail(new Error('another log'), 'the log is not the one it was');
    });
    expect(await host.exited).toBe(1);
    expect(story).toEqual(['start a', 'stop a']);
  });
});
