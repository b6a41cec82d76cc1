import type { AvatarError } from '../../shared/contracts/errors.js';

export interface LoggedError {
  readonly code: string;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

const MAX_ERRORS = 20;

/** Remembers the newest errors with their time. */
export class ErrorLog {
  private readonly entries: LoggedError[] = [];

  add(error: AvatarError): void {
    this.entries.push({ code: error.code, message: error.message, at: new Date().toISOString() });
    if (this.entries.length > MAX_ERRORS) this.entries.shift();
  }

  list(): LoggedError[] {
    return [...this.entries];
  }
}
