/** The little that a relay must know of an envelope, read without taking the motion in it apart. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';

/** Of the motion in an envelope; for anything that carries no motion, null is returned instead. */
export interface MotionHeader {
  readonly reqId: string;
  readonly isLast: boolean;
}

const ANIMATION_FIELD = 6;
const REQ_ID_FIELD = 2;
const END_FIELD = 3;

/**
 * Request and `end` of a `ServerResponseAnimation`; null when the message is another one. The motion itself is neither
 * looked at nor checked.
 *
 * @throws {AvatarError} `protocolError` for bytes that are no `Message`.
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

/** @param read Returns whether it has read the field; otherwise it is passed over. */
function eachField(bytes: Uint8Array, read: (reader: BinaryReader, fieldNumber: number, wireType: WireType) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [fieldNumber, wireType] = reader.tag();
    if (!read(reader, fieldNumber, wireType)) reader.skip(wireType, fieldNumber);
  }
}
