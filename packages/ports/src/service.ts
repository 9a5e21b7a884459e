/** The life of everything that starts and stops. */
export interface Service {
  readonly name: string;
  /** Resolves when it works. Called once. */
  start(): Promise<void>;
  /** Ends it: takes no new work, finishes or hands back what it has. Stopping twice is harmless. */
  stop(): Promise<void>;
}
