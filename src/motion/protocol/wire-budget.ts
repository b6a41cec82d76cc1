/**
 * Limits the allocations of decoding hostile bytes. In protobuf two bytes can encode a whole object (an empty
 * keyframe, an unknown field), so a limit on bytes alone lets a few megabytes become gigabytes of objects. This pass over the
 * tags allocates one reader per nesting level and counts the objects that decoding would create.
 */
import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

const MAX_DEPTH = 16;

/**
 * Counts the fields of a serialized message, nested messages included.
 *
 * @throws {Error} when there are more than `maxFields`, messages nest deeper than 16, or the bytes are truncated.
 */
export function checkWireBudget(schema: DescMessage, bytes: Uint8Array, maxFields: number): void {
  countFields(schema, bytes, maxFields, 0);
}

function countFields(schema: DescMessage, bytes: Uint8Array, budget: number, depth: number): number {
  if (depth > MAX_DEPTH) throw new Error(`messages nest deeper than ${MAX_DEPTH}`);
  const nested = nestedMessages(schema);
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    if (--budget < 0) throw new Error('too many fields');
    const [fieldNumber, wireType] = reader.tag();
    const inner = wireType === WireType.LengthDelimited ? nested.get(fieldNumber) : undefined;
    if (inner) budget = countFields(inner, reader.bytes(), budget, depth + 1);
    else reader.skip(wireType, fieldNumber);
  }
  return budget;
}

const nestedBySchema = new WeakMap<DescMessage, Map<number, DescMessage>>();

function nestedMessages(schema: DescMessage): Map<number, DescMessage> {
  let nested = nestedBySchema.get(schema);
  if (!nested) {
    nested = new Map(schema.fields.flatMap((field) => (field.message ? [[field.number, field.message] as const] : [])));
    nestedBySchema.set(schema, nested);
  }
  return nested;
}
