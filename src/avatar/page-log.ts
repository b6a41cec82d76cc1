/** The log of a page: keeps the newest records of all threads, and writes to the console what the level asks for. */
import { isLogged, isLogLevel, Logger, type LogLevel, type LogRecord, logLine } from '../shared/core/logger.js';

/** Lines that a report includes. */
const KEPT_RECORDS = 200;
/** Query parameter of the page that sets the level: `?spatius-log=debug`. */
export const LOG_PARAMETER = 'spatius-log';

/** Where lines are written; the page's `console` is one. */
export type LogConsole = Pick<Console, 'error' | 'warn' | 'info' | 'debug'>;

export class PageLog {
  /** The page's own logger. */
  readonly logger: Logger;
  private readonly records: LogRecord[] = [];
  private readonly listeners = new Set<(level: LogLevel) => void>();
  private readonly console: LogConsole;

  /** @param level At the beginning; see `levelFromQuery`. */
  constructor(console: LogConsole, level: LogLevel = 'off') {
    this.console = console;
    this.logger = new Logger('page', (record) => this.add(record));
    this.logger.level = level;
  }

  get level(): LogLevel {
    return this.logger.level;
  }

  /** Counts for all avatars of the page, and all of their threads. */
  setLevel(level: LogLevel): void {
    if (level === this.level) return;
    this.logger.level = level;
    for (const listener of this.listeners) listener(level);
  }

  /** Calls back with the level, now and at each change. @returns Ends that. */
  followLevel(listener: (level: LogLevel) => void): () => void {
    listener(this.level);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Takes a record of any thread. */
  readonly add = (record: LogRecord): void => {
    this.records.push(record);
    if (this.records.length > KEPT_RECORDS) this.records.shift();
    if (isLogged(record.level, this.level)) this.console[record.level](`[spatius-avatar] ${logLine(record)}`);
  };

  /** The newest lines, oldest first. Warnings and errors are among them at every level. */
  lines(): string[] {
    return [...this.records].sort((a, b) => a.timeMs - b.timeMs).map(logLine);
  }
}

/** The level that the page's address asks for, or `off`. @param search `location.search`. */
export function levelFromQuery(search: string): LogLevel {
  const level = new URLSearchParams(search).get(LOG_PARAMETER);
  // `?spatius-log` alone means everything.
  if (level === '') return 'debug';
  return isLogLevel(level) ? level : 'off';
}
