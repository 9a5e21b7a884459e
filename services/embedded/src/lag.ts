import type { EventLog, Metrics } from '@parley/ports';

/** The groups that share partitions. */
const GROUPS = ['persistence', 'ai-worker'];

/** Measures how far every group is behind, for a scrape that is about to happen. */
export async function measureLag(log: Pick<EventLog, 'lag'>, metrics: Metrics): Promise<void> {
  for (const group of GROUPS) {
    for (const { topic, partition, records, ms } of await log.lag(group)) {
      metrics.gauge('parley_log_lag_records', records, { group, topic, partition });
      metrics.gauge('parley_log_lag_seconds', ms / 1000, { group, topic, partition });
    }
  }
}
