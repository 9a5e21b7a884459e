/** Structured logs on stdout, without secrets. */
import type { Logger } from '@parley/ports';
import { pino, type DestinationStream, type LevelWithSilent } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Fields that are blanked wherever they appear at the first levels of a log line. */
const SECRET_FIELDS = [
  'password',
  'token',
  'access_token',
  'refresh_token',
  'ticket',
  'authorization',
  'cookie',
  'content',
  'api_key',
];
const REDACTED = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** A JSON logger of one service. `destination` defaults to stdout. */
export function createLogger(
  options: { readonly service: string; readonly level: LevelWithSilent },
  destination?: DestinationStream,
): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
