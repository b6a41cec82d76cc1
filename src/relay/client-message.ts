/** Messages of clients in either format. All input is untrusted. */
import { decodeRelayFrame } from '../motion/protocol/relay-frames.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';

export type ClientMessage =
  /** The client introduces itself; `version` 0 is a client of the public format. */
  | { readonly kind: 'start'; readonly version: number }
  | { readonly kind: 'interrupt'; readonly turnId: string | null }
  | { readonly kind: 'text'; readonly text: string }
  /** Microphone: raw 16-bit little-endian mono PCM. */
  | { readonly kind: 'audio'; readonly pcm: Uint8Array; readonly isLast: boolean }
  | { readonly kind: 'ping' }
  /** The app's own. */
  | { readonly kind: 'other'; readonly message: Readonly<Record<string, unknown>> };

/** @throws {AvatarError} `protocolError`. */
export function clientMessageFrom(data: Uint8Array | string): ClientMessage {
  if (typeof data !== 'string') {
    const frame = decodeRelayFrame(data);
    if (frame.type !== 'audio') throw invalid(`clients send no ${frame.type}`);
    return { kind: 'audio', pcm: frame.pcm, isLast: frame.isLast };
  }
  const message = objectFrom(data);
  // The framing calls it `action`, the JSON format `type`.
  switch (message.action ?? message.type) {
    case 'start':
      return { kind: 'start', version: typeof message.version === 'number' ? message.version : 0 };
    case 'interrupt':
      return { kind: 'interrupt', turnId: nameIn(message.turn_id ?? message.turnId) };
    case 'text':
    case 'text_query':
      return { kind: 'text', text: textIn(message, 'text') };
    case 'mic_audio':
      return { kind: 'audio', pcm: Buffer.from(textIn(message, 'audio'), 'base64'), isLast: false };
    case 'mic_end':
      return { kind: 'audio', pcm: new Uint8Array(0), isLast: true };
    case 'ping':
      return { kind: 'ping' };
    default:
      return { kind: 'other', message };
  }
}

function objectFrom(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.protocolError, 'not a valid client message');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('no JSON object');
  return value as Record<string, unknown>;
}

function nameIn(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 256 ? value : null;
}

function textIn(message: Record<string, unknown>, name: string): string {
  const value = message[name];
  if (typeof value !== 'string') throw invalid(`${name} is no text`);
  return value;
}

function invalid(detail: string): AvatarError {
  return new AvatarError(ErrorCode.protocolError, `not a valid client message: ${detail}`);
}
