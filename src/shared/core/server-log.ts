/**
 * The server's log: one structured line per event, for any logger with pino's interface. Lines hold ids, durations and media times,
 * never a token, a key or audio. What one client can cause is limited, so that no client can fill a disk.
 */
import { type LogLevel, withoutSecrets } from './logger.js';

/** Values that are not strings, finite numbers or booleans are left out. */
export interface ServerLogFields {
  /** The session. */
  readonly connectionId?: string;
  /** The request: one utterance. */
  readonly reqId?: string;
  /** Media time within the request, s. */
  readonly mediaSeconds?: number;
  readonly [name: string]: unknown;
}

type LineLevel = Exclude<LogLevel, 'off'>;

/** pino, bunyan and the logger of Fastify have this interface. @param event Constant text, such as `session opened`. */
export type ServerLogger = { [Level in LineLevel]: (fields: Readonly<Record<string, unknown>>, event: string) => void } & {
  /** Lines of other levels are not counted. Default: all levels are on. */
  isLevelEnabled?: (level: LineLevel) => boolean;
};

/** Lines that one client may cause in any second. */
export const MAX_LINES_PER_SECOND = 10;
/** Lines that all clients together may cause in any second. */
export const MAX_CLIENT_LINES_PER_SECOND = 500;
/** Clients whose lines are counted; beyond, the one that was quiet for longest is forgotten. */
const MAX_CLIENTS = 1000;
const MAX_STACK_LINES = 20;

/** Allows so many lines in any second, and counts the others. */
export class LineBudget {
  private suppressed = 0;
  private readonly maxLines: number;
  private readonly timesMs: number[] = [];

  constructor(maxLines: number) {
    this.maxLines = maxLines;
  }

  /** @param reserved Lines that are kept for others. */
  allow(nowMs: number, reserved = 0): boolean {
    while (this.timesMs.length > 0 && nowMs - this.timesMs[0] >= 1000) this.timesMs.shift();
    if (this.timesMs.length >= this.maxLines - reserved) {
      this.suppressed++;
      return false;
    }
    this.timesMs.push(nowMs);
    return true;
  }

  /** How many lines were not allowed since the last call; empty for none. */
  takeSuppressed(): { suppressed?: number } {
    const { suppressed } = this;
    this.suppressed = 0;
    return suppressed > 0 ? { suppressed } : {};
  }
}

/** The lines of one session. */
export interface SessionLog {
  debug(event: string, fields?: ServerLogFields): void;
  info(event: string, fields?: ServerLogFields): void;
  warn(event: string, fields?: ServerLogFields): void;
  /** The last line, for which one of the client's is kept; it says how many were suppressed. */
  close(event: string, fields?: ServerLogFields): void;
}

export class ServerLog {
  private readonly logger: ServerLogger | null;
  private readonly now: () => number;
  private readonly errorBudget = new LineBudget(MAX_LINES_PER_SECOND);
  private readonly clientsBudget = new LineBudget(MAX_CLIENT_LINES_PER_SECOND);
  /** By client, the one used last at the end. */
  private readonly budgets = new Map<string, LineBudget>();

  /**
   * @param logger Null: nothing is logged.
   * @param now ms, monotonic.
   */
  constructor(logger: ServerLogger | null, now: () => number) {
    this.logger = logger;
    this.now = now;
  }

  /** For events that no client can cause at will. */
  info(event: string, fields: ServerLogFields = {}): void {
    this.write('info', event, fields);
  }

  warn(event: string, fields: ServerLogFields = {}): void {
    this.writeWithin(this.clientsBudget, 'warn', event, fields);
  }

  /** A failure of the server itself. Limited as well, because a client may know how to provoke it. */
  error(event: string, reason: unknown): void {
    this.writeWithin(this.errorBudget, 'error', event, errorFields(reason));
  }

  /** For clients that are not admitted: limited by address. */
  fromAddress(level: LineLevel, address: string, event: string, fields: ServerLogFields = {}): void {
    if (this.logger) this.writeWithin(this.budgetOf(address), level, event, { address, ...fields });
  }

  /**
   * @param ids Written with every line: `connectionId`, or `reqId` for a turn that many clients receive.
   * @param client All lines of one client are limited together: its address. Turns: the turn.
   */
  forSession(ids: { connectionId: string } | { reqId: string }, client: string): SessionLog {
    const write = (level: LineLevel, event: string, fields: ServerLogFields, reserved: number): void => {
      if (this.logger) this.writeWithin(this.budgetOf(client), level, event, { ...ids, ...fields }, reserved);
    };
    const line =
      (level: LineLevel) =>
      (event: string, fields: ServerLogFields = {}): void =>
        write(level, event, fields, 1);
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      close: (event, fields = {}) => write('info', event, fields, 0),
    };
  }

  private budgetOf(client: string): LineBudget {
    const budget = this.budgets.get(client) ?? new LineBudget(MAX_LINES_PER_SECOND);
    this.budgets.delete(client);
    this.budgets.set(client, budget);
    if (this.budgets.size > MAX_CLIENTS) this.budgets.delete(this.budgets.keys().next().value!);
    return budget;
  }

  private writeWithin(budget: LineBudget, level: LineLevel, event: string, fields: ServerLogFields, reserved = 0): void {
    if (!this.logger || this.logger.isLevelEnabled?.(level) === false) return;
    const nowMs = this.now();
    if (
      !budget.allow(nowMs, reserved) ||
      (budget !== this.errorBudget && budget !== this.clientsBudget && !this.clientsBudget.allow(nowMs))
    )
      return;
    this.write(level, event, { ...fields, ...budget.takeSuppressed() });
  }

  private write(level: LineLevel, event: string, fields: ServerLogFields): void {
    try {
      this.logger?.[level](plainFields(fields), event);
    } catch {
      // A logger that fails must not end a session.
    }
  }
}

function plainFields(fields: ServerLogFields): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'stack') plain.stack = value;
    else if (typeof value === 'string') plain[name] = withoutSecrets(value);
    else if (typeof value === 'number' && Number.isFinite(value)) plain[name] = Math.round(value * 1000) / 1000;
    else if (typeof value === 'boolean') plain[name] = value;
  }
  return plain;
}

function errorFields(reason: unknown): ServerLogFields {
  if (!(reason instanceof Error)) return { message: String(reason) };
  const stack = (reason.stack ?? '').split('\n').slice(1, 1 + MAX_STACK_LINES);
  return {
    name: reason.name,
    message: reason.message,
    ...('code' in reason && { code: String(reason.code) }),
    stack: stack.map((line) => withoutSecrets(line.trim())).join('\n'),
  };
}
