/** Reads the fields of an envelope that a relay needs, without decoding its motion. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';

/** The routing fields of an envelope with motion. */
export interface MotionHeader {
  readonly reqId: string;
  readonly isLast: boolean;
}

const ANIMATION_FIELD = 6;
const REQ_ID_FIELD = 2;
const END_FIELD = 3;

/**
 * Request and `end` of a `ServerResponseAnimation`; null for other messages. The motion itself is neither decoded nor checked.
 *
 * @throws {AvatarError} `protocolError` for bytes that are not a `Message`.
 */
export function motionHeaderOf(envelope: Uint8Array): MotionHeader | null {
  try {
    let header: { reqId: string; isLast: boolean } | null = null;
    eachField(envelope, (reader, fieldNumber, wireType) => {
      if (fieldNumber !== ANIMATION_FIELD || wireType !== WireType.LengthDelimited) return false;
      // Protobuf merges a message field that comes twice.
      const found = (header ??= { reqId: '', isLast: false });
      eachField(reader.bytes(), (inner, number, type) => {
        if (number === REQ_ID_FIELD && type === WireType.LengthDelimited) found.reqId = inner.string();
        else if (number === END_FIELD && type === WireType.Varint) found.isLast = inner.bool();
        else return false;
        return true;
      });
      return true;
    });
    return header;
  } catch (error) {
    throw avatarErrorFrom(error, ErrorCode.protocolError, 'not a valid message');
  }
}

/** @param read Returns whether it has read the field; otherwise it is skipped. */
function eachField(bytes: Uint8Array, read: (reader: BinaryReader, fieldNumber: number, wireType: WireType) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [fieldNumber, wireType] = reader.tag();
    if (!read(reader, fieldNumber, wireType)) reader.skip(wireType, fieldNumber);
  }
}
