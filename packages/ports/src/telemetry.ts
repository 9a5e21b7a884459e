/** What a service says about itself. A logger never carries a token, a password or a message's text. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type Labels = Readonly<Record<string, string | number>>;

/** Counters, gauges and histograms by name; the names and units are declared where the registry is made. */
export interface Metrics {
  count(name: string, by?: number, labels?: Labels): void;
  gauge(name: string, value: number, labels?: Labels): void;
  observe(name: string, value: number, labels?: Labels): void;
}
