import type { Logger } from '@parley/ports';

/** Says once that writing fails and once that it works again, however many partitions notice. */
export class StoreHealth {
  private readonly failing = new Set<string>();

  constructor(private readonly logger: Logger) {}

  /** `who`: the partition that could not be written. */
  failed(who: string, error: unknown): void {
    const news = this.failing.size === 0;
    this.failing.add(who);
    if (!news) return;
    this.logger.warn(
      { partition: who, err: error },
      'the projection cannot be written: trying again until it can',
    );
  }

  /** Written, or no longer this process's to write. */
  settled(who: string): void {
    if (!this.failing.delete(who) || this.failing.size > 0) return;
    this.logger.info({ partition: who }, 'the projection is written again');
  }
}
