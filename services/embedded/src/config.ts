/** The environment of embedded mode: everything in one process, for one machine. */
import type { AiWorkerConfig } from '@parley/ai-worker';
import { EDGE_DEFAULTS, type EdgeConfig } from '@parley/edge';
import { type GatewayConfig, gatewayConfig as gatewayPart } from '@parley/gateway';
import type { RateLimits } from '@parley/memory';
import { ConfigError, loadEnv, settings } from '@parley/runtime';
import { z } from 'zod';

const Environment = z.object({
  ...settings,
  DATA_DIR: z.string().default('.parley').describe('Where the database, the log and secrets live.'),
  OPS_PORT: settings.OPS_PORT.describe('Port of /livez, /readyz and /metrics; 0 = none.'),
});
export type EmbeddedConfig = z.output<typeof Environment> & {
  /** Made for the machine it runs on: cookies need no TLS, secrets are made and kept in DATA_DIR, demo accounts exist. */
  readonly development: boolean;
};

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/** Tokens of a prompt at most: history beyond it is rarely worth its price. */
const PROMPT_TOKENS = 12_000;

/** Reads the environment; throws {@link ConfigError} with every mistake. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): EmbeddedConfig {
  const config = loadEnv(Environment, env);
  const development = config.DEBUG === true || LOOPBACK.has(config.HOST);
  const faults: string[] = [];
  if (!development && config.JWT_SECRET_KEY === undefined && config.SECRET_KEY === undefined) {
    faults.push('JWT_SECRET_KEY: must be set where HOST is not a loopback address');
  }
  if (!config.AI_MODELS.includes(config.AI_DEFAULT_MODEL)) {
    faults.push('AI_DEFAULT_MODEL: must be one of AI_MODELS');
  }
  if (config.AI_PROVIDER === 'openai' && config.OPENAI_API_KEY === undefined) {
    faults.push('OPENAI_API_KEY: must be set for AI_PROVIDER=openai');
  }
  if (config.ADMIN_PASSWORD !== undefined && config.ADMIN_EMAIL === undefined) {
    faults.push('ADMIN_EMAIL: must be set where ADMIN_PASSWORD is');
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...config, development };
}

/** The settings with their meaning and default, for `--help`. */
export function describeSettings(): string {
  const rows = Object.entries(Environment.shape).map(([name, schema]): [string, string] => {
    const fallback = schema.safeParse(undefined);
    const shown = fallback.success && fallback.data !== undefined ? String(fallback.data) : '';
    const text = schema.description ?? '';
    return [name, shown === '' ? text : `${text}${text === '' ? '' : ' '}[${shown}]`];
  });
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`.trimEnd()).join('\n');
}

/** What counts against whom; see `RateLimiter`. */
export function rateLimits(config: EmbeddedConfig): RateLimits {
  return {
    messages: { points: config.RATE_LIMIT_MESSAGES, seconds: config.RATE_LIMIT_WINDOW_SECONDS },
    'messages-burst': { points: config.RATE_LIMIT_MESSAGES_PER_SECOND, seconds: 1 },
    requests: { points: config.RATE_LIMIT_REQUESTS_PER_MINUTE, seconds: 60 },
    login: {
      points: config.LOGIN_MAX_FAILURES,
      seconds: config.LOGIN_LOCK_MINUTES * 60,
      lockSeconds: config.LOGIN_LOCK_MINUTES * 60,
    },
  };
}

export function gatewayConfig(config: EmbeddedConfig): GatewayConfig {
  return gatewayPart(config, config.development);
}

export function edgeConfig(
  config: EmbeddedConfig,
  edgeId: string,
  onFatal: (error: unknown) => void,
): EdgeConfig {
  return {
    ...EDGE_DEFAULTS,
    edgeId,
    messageMaxLength: config.MESSAGE_MAX_LENGTH,
    models: { all: config.AI_MODELS, default: config.AI_DEFAULT_MODEL },
    limits: {
      messages_per_window: config.RATE_LIMIT_MESSAGES,
      window_seconds: config.RATE_LIMIT_WINDOW_SECONDS,
      messages_per_second: config.RATE_LIMIT_MESSAGES_PER_SECOND,
    },
    onFatal,
  };
}

export function aiWorkerConfig(config: EmbeddedConfig, workerId: string): AiWorkerConfig {
  return {
    workerId,
    models: {
      all: config.AI_MODELS,
      default: config.AI_DEFAULT_MODEL,
      contextBudget: PROMPT_TOKENS,
    },
    stallMs: config.AI_STALL_SECONDS * 1000,
    userTokensPerDay: config.AI_USER_TOKENS_PER_DAY,
    roomTokensPerDay: config.AI_ROOM_TOKENS_PER_DAY,
  };
}
