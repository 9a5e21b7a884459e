/** Structured logs on stdout, without secrets. */
import type { Logger } from '@parley/ports';
import { destination, pino, type DestinationStream, type LevelWithSilent } from 'pino';
import { build as pretty } from 'pino-pretty';

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

/** Where a person reads logs: standard error, as text on a terminal, else as JSON lines. */
export function humanDestination(): DestinationStream {
  if (!process.stderr.isTTY) return destination({ dest: 2, sync: true });
  return pretty({ destination: 2, sync: true, ignore: 'pid,hostname,service' });
}
