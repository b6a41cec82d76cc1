/** The connection of one element as a pure state machine: turns the reports of its source into changes of state. */

import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import { type AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

/** Why a state was entered, in the documented words. */
export const StateReason = {
  userAction: 'userAction',
  playbackEnd: 'playbackEnd',
  networkError: 'networkError',
  serverError: 'serverError',
  fallbackMode: 'fallbackMode',
} as const;
export type StateReason = (typeof StateReason)[keyof typeof StateReason];

export interface ConnectionChange {
  readonly state: ConnectionState;
  readonly previous: ConnectionState;
  readonly reason: StateReason;
  readonly error: AvatarError | null;
}

export type ConnectionEvent =
  /** `start()` and `close()` of the app. */
  | { type: 'start' }
  | { type: 'close' }
  /** A report of the session. */
  | { type: 'report'; state: ConnectionState; error: AvatarError | null };

/** @returns The change the event causes, or null when it causes none. */
export function connectionChange(current: ConnectionState, event: ConnectionEvent): ConnectionChange | null {
  switch (event.type) {
    case 'start':
      if (current === 'connecting' || current === 'connected') return null;
      return { state: 'connecting', previous: current, reason: StateReason.userAction, error: null };
    case 'close':
      if (current === 'disconnected') return null;
      return { state: 'disconnected', previous: current, reason: StateReason.userAction, error: null };
    case 'report':
      if (event.state === current) return null;
      return { state: event.state, previous: current, reason: reasonOf(event.state, event.error), error: event.error };
  }
}

const NETWORK_CODES: ReadonlySet<string> = new Set([
  ErrorCode.websocketError,
  ErrorCode.websocketClosedAbnormally,
  ErrorCode.websocketClosedUnexpected,
  ErrorCode.connectionFailed,
  ErrorCode.connectionClosed,
  ErrorCode.tokenRequestFailed,
  ErrorCode.workerFailed,
]);

function reasonOf(state: ConnectionState, error: AvatarError | null): StateReason {
  if (!error) return StateReason.userAction;
  if (error.code === ErrorCode.connectTimeout && state === 'failed') return StateReason.fallbackMode;
  if (NETWORK_CODES.has(error.code) || error.code === ErrorCode.connectTimeout) return StateReason.networkError;
  return StateReason.serverError;
}
