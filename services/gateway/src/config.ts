/** The gateway's part of the environment. */
import { settings } from '@parley/runtime';
import type { z } from 'zod';

/** The settings that the gateway reads, by the names of their variables: a main spreads them into its own schema. */
export const gatewayEnv = {
  ALLOWED_HOSTS: settings.ALLOWED_HOSTS,
  CORS_ALLOWED_ORIGINS: settings.CORS_ALLOWED_ORIGINS,
  FRONTEND_URL: settings.FRONTEND_URL,
  TRUST_PROXY: settings.TRUST_PROXY,
  MESSAGE_MAX_LENGTH: settings.MESSAGE_MAX_LENGTH,
  AI_MODELS: settings.AI_MODELS,
  AI_DEFAULT_MODEL: settings.AI_DEFAULT_MODEL,
} as const;
export type GatewayEnv = z.output<z.ZodObject<typeof gatewayEnv>>;

export interface GatewayConfig {
  /** Cookies need no TLS. */
  readonly development: boolean;
  /** Host names that are answered (`.example.org` = with all below it); empty = any. */
  readonly allowedHosts: readonly string[];
  /** Origins of browsers, besides the service's own, that may call. */
  readonly origins: readonly string[];
  /** Exact number of proxies in front, each of which appends to `X-Forwarded-For`. */
  readonly trustProxy: number;
  readonly models: { readonly all: readonly string[]; readonly default: string };
  /** In code points. */
  readonly messageMaxLength: number;
}

/** What the gateway is told by the environment. */
export function gatewayConfig(env: GatewayEnv, development: boolean): GatewayConfig {
  const frontend = env.FRONTEND_URL === undefined ? [] : [new URL(env.FRONTEND_URL).origin];
  return {
    development,
    allowedHosts: env.ALLOWED_HOSTS,
    origins: [...env.CORS_ALLOWED_ORIGINS.map((origin) => origin.replace(/\/$/, '')), ...frontend],
    trustProxy: env.TRUST_PROXY,
    models: { all: env.AI_MODELS, default: env.AI_DEFAULT_MODEL },
    messageMaxLength: env.MESSAGE_MAX_LENGTH,
  };
}
