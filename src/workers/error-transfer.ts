/** comlink carries only name, message and stack of an error; with this an `AvatarError` arrives as one, with its code. */
import { transferHandlers } from 'comlink';
import { AvatarError, type ErrorCode } from '../shared/contracts/errors.js';

interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly stack: string | undefined;
  /** Causes may hold what cannot be cloned: their words are enough. */
  readonly cause: string | undefined;
}

interface Thrown {
  readonly value: unknown;
}

let isInstalled = false;

/** To be called once on each side of a door, before the first message. */
export function installErrorTransfer(): void {
  if (isInstalled) return;
  isInstalled = true;
  const builtIn = transferHandlers.get('throw')!;
  // Replaces comlink's own under its own name, so that the marker it looks for stays private to it.
  transferHandlers.set('throw', {
    canHandle: (value: unknown): value is Thrown => builtIn.canHandle(value),
    serialize: (thrown: Thrown) =>
      thrown.value instanceof AvatarError ? [{ avatarError: wireFromError(thrown.value) }, []] : builtIn.serialize(thrown),
    deserialize: (wire: { avatarError?: WireError }) => {
      if (wire.avatarError) throw errorFromWire(wire.avatarError);
      return builtIn.deserialize(wire) as never;
    },
  });
  transferHandlers.set('AvatarError', {
    canHandle: (value: unknown): value is AvatarError => value instanceof AvatarError,
    serialize: (error: AvatarError) => [wireFromError(error), []],
    deserialize: errorFromWire,
  });
}

function wireFromError(error: AvatarError): WireError {
  const { cause } = error;
  return {
    code: error.code,
    message: error.message,
    stack: error.stack,
    cause: cause === undefined ? undefined : String(cause),
  };
}

function errorFromWire(wire: WireError): AvatarError {
  const error = new AvatarError(wire.code, wire.message, wire.cause === undefined ? undefined : { cause: wire.cause });
  if (wire.stack) error.stack = wire.stack;
  return error;
}
