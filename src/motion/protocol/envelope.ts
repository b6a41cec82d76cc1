/** Bytes of one WebSocket frame ↔ `Message`, for clients, relays and the server alike. */
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';

import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { type Message, MessageSchema, MessageType } from './generated/message_pb.js';
import { checkWireBudget } from './wire-budget.js';

/** Limits of `decodeMessage`. */
export interface DecodeLimits {
  /** Longest message, bytes. Default 16 MiB: a minute and a half of 48 kHz audio in one message, twice. */
  maxBytes?: number;
  /** Most fields in a message, nested ones counted. Default 20,000; the recorded motion messages have about 800. */
  maxFields?: number;
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
const DEFAULT_MAX_FIELDS = 20_000;

/** Names of the payloads of a message. */
export type MessageCase = NonNullable<Message['data']['case']>;

const TYPE_OF_CASE: Readonly<Record<MessageCase, MessageType>> = {
  clientConfigureSession: MessageType.MESSAGE_CLIENT_CONFIGURE_SESSION,
  serverConfirmSession: MessageType.MESSAGE_SERVER_CONFIRM_SESSION,
  clientAudioInput: MessageType.MESSAGE_CLIENT_AUDIO_INPUT,
  serverError: MessageType.MESSAGE_SERVER_ERROR,
  serverResponseAnimation: MessageType.MESSAGE_SERVER_RESPONSE_ANIMATION,
  clientInterrupt: MessageType.MESSAGE_CLIENT_INTERRUPT,
  clientPause: MessageType.MESSAGE_CLIENT_PAUSE,
  clientResume: MessageType.MESSAGE_CLIENT_RESUME,
  serverPlaybackState: MessageType.MESSAGE_SERVER_PLAYBACK_STATE,
};

type MessageData = Exclude<NonNullable<Exclude<MessageInitShape<typeof MessageSchema>, Message>['data']>, { case: undefined }>;

/** Wraps a payload into a message with the matching `type`. */
export function createMessage(data: MessageData): Message {
  return create(MessageSchema, { type: TYPE_OF_CASE[data.case as MessageCase], data });
}

/** Encodes one WebSocket frame, including fields that `decodeMessage` did not know. */
export function encodeMessage(message: Message): Uint8Array {
  return toBinary(MessageSchema, message);
}

/**
 * Decodes one WebSocket frame. Unknown fields stay in the result. The bytes are not copied: `audio` and other byte
 * fields are views of `bytes`.
 *
 * @throws {AvatarError} `protocolError` for anything that is not one `Message` within the limits, which are checked before
 *   anything is allocated.
 */
export function decodeMessage(bytes: Uint8Array, limits: DecodeLimits = {}): Message {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  if (bytes.byteLength > maxBytes) {
    throw new AvatarError(ErrorCode.protocolError, `message of ${bytes.byteLength} bytes is above the limit of ${maxBytes}`);
  }
  try {
    checkWireBudget(MessageSchema, bytes, limits.maxFields ?? DEFAULT_MAX_FIELDS);
    return fromBinary(MessageSchema, bytes);
  } catch (error) {
    throw avatarErrorFrom(error, ErrorCode.protocolError, 'not a valid message');
  }
}
