/**
 * The settings that several services have, each under the name of its environment variable. A service's `config.ts` picks
 * what it needs; bounds and defaults are stated here once.
 */
import {
  DEFAULT_MESSAGE_MAX_LENGTH,
  HIGHEST_MESSAGE_MAX_LENGTH,
  ModelName,
} from '@parley/contracts';
import { z } from 'zod';
import { Flag, List, whole } from './env.js';
import { LOG_LEVELS } from './logger.js';

const port = whole(0, 65_535);

export const settings = {
  DEBUG: Flag.optional().describe('Development: default secrets are allowed, cookies need no TLS.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: port.default(8000).describe('Port to listen on; 0 takes a free one.'),
  OPS_PORT: port.default(0),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least level that is logged.'),
  ALLOWED_HOSTS: List.default([]).describe('Host headers that are answered; empty = any.'),
  CORS_ALLOWED_ORIGINS: List.default([]).describe('Origins of browsers that may call.'),
  FRONTEND_URL: z.url().optional().describe("The web client's address; its origin may call."),
  TRUST_PROXY: whole(0, 10).default(0).describe('Exact number of proxies in front.'),

  SECRET_KEY: z.string().min(16).optional().describe('Falls in for JWT_SECRET_KEY.'),
  JWT_SECRET_KEY: z.string().min(16).optional().describe('Signs tokens.'),
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES: whole(1, 1440).default(15),
  JWT_REFRESH_TOKEN_EXPIRE_DAYS: whole(1, 365).default(7),
  ADMIN_EMAIL: z.email().toLowerCase().optional().describe('This account is an admin after start.'),
  ADMIN_PASSWORD: z.string().min(8).optional().describe('Password of ADMIN_EMAIL when it is made.'),

  MESSAGE_MAX_LENGTH: whole(1, HIGHEST_MESSAGE_MAX_LENGTH)
    .default(DEFAULT_MESSAGE_MAX_LENGTH)
    .describe('Code points of a message.'),
  RATE_LIMIT_MESSAGES: whole(0, 1_000_000)
    .default(20)
    .describe('Messages per user and window; 0 = no limit.'),
  RATE_LIMIT_WINDOW_SECONDS: whole(1, 86_400).default(60),
  RATE_LIMIT_MESSAGES_PER_SECOND: whole(0, 1_000_000)
    .default(5)
    .describe('Messages per user and second; 0 = no limit.'),
  RATE_LIMIT_REQUESTS_PER_MINUTE: whole(0, 10_000_000)
    .default(600)
    .describe('REST requests per client address; 0 = no limit.'),
  LOGIN_MAX_FAILURES: whole(1, 1000)
    .default(5)
    .describe('Failed logins that lock an account for an address.'),
  LOGIN_LOCK_MINUTES: whole(1, 1440).default(15),

  AI_PROVIDER: z.enum(['openai', 'scripted']).optional().describe('openai when a key is set.'),
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional().describe('Any server that speaks the same protocol.'),
  AI_MODELS: List.pipe(z.array(ModelName).min(1))
    .default(['gpt-4o', 'gpt-4o-mini', 'gpt-4-turbo', 'gpt-3.5-turbo', 'gpt-4'])
    .describe('Models that may be asked.'),
  AI_DEFAULT_MODEL: ModelName.default('gpt-4o'),
  AI_USER_TOKENS_PER_DAY: whole(0, 1_000_000_000).default(200_000).describe('0 = no limit.'),
  AI_ROOM_TOKENS_PER_DAY: whole(0, 1_000_000_000).default(1_000_000).describe('0 = no limit.'),
  AI_STALL_SECONDS: whole(1, 600).default(30).describe('Silence after which a stream has failed.'),
} as const;
