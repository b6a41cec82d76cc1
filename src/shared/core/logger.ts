/**
 * A log with levels that works the same in every thread: page, motion worker, render worker, audio worklet.
 *
 * A `Logger` belongs to one thread (`log.ts` holds it) and hands each record to one sink. Workers and the worklet post their records to
 * the page, where `PageLog` keeps the newest ones and writes them to the console. Nothing is built for a record that the level excludes.
 */

/** From nothing to everything. Each level includes the ones before it. */
export const LOG_LEVELS = ['off', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogThread = 'page' | 'motion' | 'render' | 'audio';

/** The subject of a record; every field is optional. Values that are not finite numbers, strings or booleans are left out. */
export interface LogFields {
  /** Number of the round (one utterance). */
  readonly round?: number;
  /** Media time within the round, s. */
  readonly mediaSeconds?: number;
  readonly [name: string]: unknown;
}

export interface LogRecord {
  /** Unix time, ms. */
  readonly timeMs: number;
  readonly level: Exclude<LogLevel, 'off'>;
  readonly thread: LogThread;
  /** The event, as a constant text: `round started`. */
  readonly event: string;
  readonly fields: LogFields;
}

export type LogSink = (record: LogRecord) => void;

export function isLogLevel(value: unknown): value is LogLevel {
  return LOG_LEVELS.includes(value as LogLevel);
}

/** Whether a record of `level` is wanted where `limit` is set. */
export function isLogged(level: LogLevel, limit: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(limit);
}

/**
 * The logger of one thread. Its level may change at any time; `warn` and `error` records are always passed on, so that a report can
 * include them even where logging is off.
 */
export class Logger {
  private thread: LogThread;
  private sink: LogSink | null;
  private readonly now: () => number;
  private readonly levelListeners = new Set<(level: LogLevel) => void>();
  private _level: LogLevel = 'off';

  /**
   * @param sink Receives the records. Null: they are dropped until `connect()`.
   * @param now Unix time in ms.
   */
  constructor(thread: LogThread, sink: LogSink | null = null, now: () => number = Date.now) {
    this.thread = thread;
    this.sink = sink;
    this.now = now;
  }

  get level(): LogLevel {
    return this._level;
  }

  set level(level: LogLevel) {
    if (level === this._level) return;
    this._level = level;
    for (const listener of this.levelListeners) listener(level);
  }

  /** Calls back with the level, now and at each change. @returns Ends that. */
  followLevel(listener: (level: LogLevel) => void): () => void {
    listener(this._level);
    this.levelListeners.add(listener);
    return () => void this.levelListeners.delete(listener);
  }

  /** Says which thread this is and where its records go. */
  connect(thread: LogThread, sink: LogSink | null): void {
    this.thread = thread;
    this.sink = sink;
  }

  /** Passes on a record of another thread. */
  readonly forward = (record: LogRecord): void => this.sink?.(record);

  error(event: string, fields: LogFields = {}): void {
    this.write('error', event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.write('warn', event, fields);
  }

  info(event: string, fields?: LogFields): void {
    if (isLogged('info', this._level)) this.write('info', event, fields ?? {});
  }

  /** Pass a function where the fields cost something to collect. */
  debug(event: string, fields?: LogFields | (() => LogFields)): void {
    if (isLogged('debug', this._level)) this.write('debug', event, (typeof fields === 'function' ? fields() : fields) ?? {});
  }

  private write(level: LogRecord['level'], event: string, fields: LogFields): void {
    this.sink?.({ timeMs: this.now(), level, thread: this.thread, event, fields: plainFields(fields) });
  }
}

/** One line: `2026-11-30T12:00:00.123Z info motion round=3 at=1.240s round started frames=25`. */
export function logLine({ timeMs, level, thread, event, fields }: LogRecord): string {
  const { round, mediaSeconds, ...rest } = fields;
  const time = Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : '-';
  const words = [time, level, thread];
  if (round !== undefined) words.push(`round=${round}`);
  if (mediaSeconds !== undefined) words.push(`at=${mediaSeconds.toFixed(3)}s`);
  words.push(event);
  for (const [name, value] of Object.entries(rest)) words.push(`${name}=${typeof value === 'string' ? JSON.stringify(value) : value}`);
  return words.join(' ');
}

const MAX_TEXT_CHARACTERS = 300;
/** Query parameters and JSON members that may hold a secret. */
const SECRET_VALUE =
  /((?:token|session[_-]?key|api[_-]?key|authorization|password|secret|credential)s?["']?\s*[=:]\s*["']?(?:bearer\s+)?)[^\s"'&,;}]+/gi;
/** Tokens by their look: JSON Web Tokens. */
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** Text without tokens or keys, on one line and of bounded length. */
export function withoutSecrets(text: string): string {
  const line = text.slice(0, 4 * MAX_TEXT_CHARACTERS).replace(/\s+/g, ' ');
  return line.replace(JWT, '[token]').replace(SECRET_VALUE, '$1[hidden]').slice(0, MAX_TEXT_CHARACTERS);
}

function plainFields(fields: LogFields): LogFields {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') plain[name] = withoutSecrets(value);
    else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) plain[name] = value;
  }
  return plain;
}
