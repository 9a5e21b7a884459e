/** Everything that the world does to its processes' requests, changed as the run goes on. */
import { FAIR_DATABASE, type DatabaseWeather } from './database/database.js';
import { FAIR_LOG, type LogWeather } from './log/producer.js';
import { FAIR_NETWORK, type NetworkWeather } from './network/link.js';

export interface Weather {
  readonly log: LogWeather;
  readonly database: DatabaseWeather;
  readonly network: NetworkWeather;
}

export function fairWeather(): Weather {
  return {
    log: { ...FAIR_LOG },
    database: { ...FAIR_DATABASE },
    network: { ...FAIR_NETWORK },
  };
}

/** Ordinary days: things are lost now and then, and everything is sometimes slow. */
export function worsen(weather: Weather, severity: number): void {
  weather.log.fates = {
    fine: 100,
    again: 6 * severity,
    late: 4 * severity,
    'unknown-never': 0.7 * severity,
    'unknown-written': 0.7 * severity,
    'unknown-later': 0.7 * severity,
    echo: 5 * severity,
  };
  weather.log.worst = 200 * severity;
  weather.log.worstLag = 400 * severity;
  weather.database.worst = 50 * severity;
  weather.database.stalls = 0.002 * severity;
  weather.network.worst = 200 * severity;
}

/** Everything is well again. */
export function clear(weather: Weather): void {
  const fair = fairWeather();
  Object.assign(weather.log, fair.log);
  Object.assign(weather.database, fair.database);
  Object.assign(weather.network, fair.network);
}
