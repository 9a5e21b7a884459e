/** What a torture run does to the product. The same seed makes the same plan; what meets it in which state is chance. */
export interface TortureOptions {
  /** How often the whole process group is killed. */
  readonly kills: number;
  /** Connected people. */
  readonly clients: number;
  readonly rooms: number;
  /** Messages per second of all people together, sent by the clock: a product that is down does not slow the load. */
  readonly rate: number;
  /** One message in so many asks the model. */
  readonly questionEvery: number;
  /** The kills are spread over so long, in ms; without it about 4 s lie between two. */
  readonly durationMs?: number;
  readonly seed: number;
  /** Told as the run goes on. */
  readonly log?: (line: string) => void;
}

export const TORTURE_DEFAULTS = {
  kills: 20,
  clients: 8,
  rooms: 4,
  rate: 40,
  questionEvery: 25,
} as const;
