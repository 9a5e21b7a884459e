/** How an AI worker works: what it may spend, and how long it waits. */
export interface AiWorkerLimits {
  /** Without a piece for this long a provider's stream counts as dead. */
  readonly stallMs: number;
  /** Failed attempts after which an answer has failed. */
  readonly maxAttempts: number;
  /** Pieces of this long go into one record. */
  readonly chunkTickMs: number;
  /** How often the whole text is repeated, for viewers who came late. */
  readonly fullTextEveryMs: number;
  /** Answers of one room that are written at the same time. Above 1 they are no longer in the order of the questions. */
  readonly roomConcurrency: number;
  /** Answers that are written at the same time. */
  readonly maxStreams: number;
  /** Questions that may wait for a stream; one more is refused with AI_BUSY. */
  readonly maxQueue: number;
  /** Questions of one room that may wait for each other; one more is refused with AI_BUSY. */
  readonly maxRoomQueue: number;
  /** Tokens per UTC day, of prompts and answers; 0 = no limit. */
  readonly userTokensPerDay: number;
  readonly roomTokensPerDay: number;
  /** Tokens of one answer. */
  readonly maxAnswerTokens: number;
}

export interface AiWorkerConfig extends Partial<AiWorkerLimits> {
  /** For logs. */
  readonly workerId: string;
  readonly models: {
    /** Answers in place of a model that is no longer offered. */
    readonly default: string;
    /** Those offered; without it, any. */
    readonly all?: readonly string[];
    /** Tokens of a prompt at most, whatever the model could read. */
    readonly contextBudget: number;
  };
}

export const DEFAULT_LIMITS: AiWorkerLimits = {
  stallMs: 30_000,
  maxAttempts: 3,
  chunkTickMs: 25,
  fullTextEveryMs: 5_000,
  roomConcurrency: 1,
  maxStreams: 64,
  maxQueue: 256,
  maxRoomQueue: 16,
  userTokensPerDay: 200_000,
  roomTokensPerDay: 1_000_000,
  maxAnswerTokens: 4_096,
};

export type Settings = AiWorkerConfig & AiWorkerLimits;

export function settingsOf(config: AiWorkerConfig): Settings {
  return { ...DEFAULT_LIMITS, ...config };
}
