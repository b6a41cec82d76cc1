/** The log of a page: keeps the newest records of all threads, and writes to the console what the level asks for. */
import { log } from '../shared/core/log.js';
import { isLogged, isLogLevel, type Logger, type LogLevel, type LogRecord, logLine } from '../shared/core/logger.js';

/** Lines that a report includes. */
const KEPT_RECORDS = 200;
/** Query parameter of the page that sets the level: `?spatius-log=debug`. */
export const LOG_PARAMETER = 'spatius-log';

/** Where lines are written; the page's `console` is one. */
export type LogConsole = Pick<Console, 'error' | 'warn' | 'info' | 'debug'>;

export class PageLog {
  private readonly logger: Logger;
  private readonly console: LogConsole;
  private readonly records: LogRecord[] = [];

  /** @param logger Its sink and level are this log's from now on. */
  constructor(logger: Logger, console: LogConsole) {
    this.logger = logger;
    this.console = console;
    logger.connect('page', (record) => this.add(record));
  }

  /** The newest lines, oldest first. Warnings and errors are among them at every level. */
  lines(): string[] {
    return [...this.records].sort((a, b) => a.timeMs - b.timeMs).map(logLine);
  }

  private add(record: LogRecord): void {
    this.records.push(record);
    if (this.records.length > KEPT_RECORDS) this.records.shift();
    if (isLogged(record.level, this.logger.level)) this.console[record.level](`[spatius-avatar] ${logLine(record)}`);
  }
}

let pageLogOfPage: PageLog | null = null;

/** The one log of this page. Its level is the one that the page's address asks for, until `setLogLevel`. */
export function pageLog(): PageLog {
  if (!pageLogOfPage) {
    pageLogOfPage = new PageLog(log, console);
    log.level = levelFromQuery(location.search) ?? 'off';
  }
  return pageLogOfPage;
}

/**
 * Sets the level for all avatars of the page and all of their threads. A level in the page's address wins.
 *
 * @param level See `LOG_LEVELS`; anything else is ignored.
 */
export function setLogLevel(level: unknown): void {
  pageLog();
  if (isLogLevel(level) && levelFromQuery(location.search) === null) log.level = level;
}

/** The level that a page's address asks for, or null. `?spatius-log` alone means `debug`. @param search `location.search`. */
export function levelFromQuery(search: string): LogLevel | null {
  const level = new URLSearchParams(search).get(LOG_PARAMETER);
  if (level === '') return 'debug';
  return isLogLevel(level) ? level : null;
}
