/** The log of `spatius-avatar serve`: JSON lines. */
import { pino } from 'pino';

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { isLogLevel, LOG_LEVELS, type LogLevel } from '../shared/core/logger.js';
import type { ServerLogger } from '../shared/core/server-log.js';

/** @throws {AvatarError} `invalidConfiguration`. @param name Of the option, for the message. */
export function logLevelFrom(text: string, name: string): LogLevel {
  if (isLogLevel(text)) return text;
  throw new AvatarError(ErrorCode.invalidConfiguration, `${name} must be one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
}

/**
 * `{"level":"info","time":"2026-11-30T12:00:00.123Z","connectionId":"…","event":"session opened"}`, a line each.
 *
 * @param write Receives whole lines. Default: standard error, so that standard output keeps the addresses that `serve` prints.
 * @returns Null for `off`.
 */
export function createJsonLogger(level: LogLevel, write: (line: string) => void = writeToStandardError): ServerLogger | null {
  if (level === 'off') return null;
  const options = {
    level,
    base: null,
    messageKey: 'event',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, { write }) as ServerLogger;
}

// Not pino's own destination: standard error is written at once where it is a file or a pipe, so that no line is lost at the end.
function writeToStandardError(line: string): void {
  process.stderr.write(line);
}
