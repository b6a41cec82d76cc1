/**
 * The data packets of a Motion Server in a LiveKit room: the motion of its speech, and the time of its voice track.
 *
 *     topic spatius.motion   reliable   motion · held · ended · cut
 *     topic spatius.clock    lossy      clock, 10–20 times a second while the voice speaks
 *     topic spatius.control  reliable   to the Motion Server, JSON: {"type":"interrupt"}
 *
 * A packet, little-endian:
 *
 *     u8   version, 1
 *     u8   type: 1 motion, 2 clock, 3 held (speech has not come in time: silence until the next run), 4 ended, 5 cut
 *     u16  run: grows by one whenever the voice starts to flow, at the start of a conversation or after a gap in it
 *     u32  conversation: grows by one with every conversation of this publisher
 *     u32  sequence: counts the packets of both topics
 *     f64  media time that leaves for the encoder as the packet is sent, s; of `held`, `ended` and
 *          `cut` the time at which the voice stops
 *     f64  media time at which the run began, s
 *     u8   length of the conversation's id, then the id in UTF-8: the `req_id` of the speech
 *     …    motion only: one binary `Message` holding a `ServerResponseAnimation`
 */

export const MOTION_TOPIC = 'spatius.motion';
export const CLOCK_TOPIC = 'spatius.clock';
export const CONTROL_TOPIC = 'spatius.control';
/** Participant attribute of a publisher: the avatar that its motion is for. */
export const AVATAR_ATTRIBUTE = 'spatius.avatar';
/** LiveKit's attribute of a participant that speaks for another: the other's identity. */
export const ON_BEHALF_ATTRIBUTE = 'lk.publish_on_behalf';
/** Text streams of LiveKit agents: what they and their visitors say. */
export const TRANSCRIPTION_TOPIC = 'lk.transcription';
/** Attribute of a LiveKit agent: what it does. */
export const AGENT_STATE_ATTRIBUTE = 'lk.agent.state';

const VERSION = 1;
const TYPES = ['motion', 'clock', 'held', 'ended', 'cut'] as const;
const HEADER_BYTES = 29;
const MAX_ID_BYTES = 128;

export type RoomPacketType = (typeof TYPES)[number];

export interface RoomPacket {
  readonly type: RoomPacketType;
  readonly conversation: number;
  readonly conversationId: string;
  readonly run: number;
  readonly sequence: number;
  /** See the overview, s. */
  readonly mediaSeconds: number;
  readonly runStartSeconds: number;
  /** Of `motion`: one binary `Message`; empty otherwise. A view when decoded. */
  readonly payload: Uint8Array;
}

export function encodeRoomPacket(packet: RoomPacket): Uint8Array {
  const id = new TextEncoder().encode(packet.conversationId).subarray(0, MAX_ID_BYTES);
  const bytes = new Uint8Array(HEADER_BYTES + id.length + packet.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, TYPES.indexOf(packet.type) + 1);
  view.setUint16(2, packet.run & 0xffff, true);
  view.setUint32(4, packet.conversation, true);
  view.setUint32(8, packet.sequence, true);
  view.setFloat64(12, packet.mediaSeconds, true);
  view.setFloat64(20, packet.runStartSeconds, true);
  view.setUint8(28, id.length);
  bytes.set(id, HEADER_BYTES);
  bytes.set(packet.payload, HEADER_BYTES + id.length);
  return bytes;
}

/** Null for bytes that are no packet of a version this code knows. */
export function decodeRoomPacket(bytes: Uint8Array): RoomPacket | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES[view.getUint8(1) - 1];
  const idEnd = HEADER_BYTES + view.getUint8(28);
  const mediaSeconds = view.getFloat64(12, true);
  const runStartSeconds = view.getFloat64(20, true);
  if (view.getUint8(0) !== VERSION || !type || idEnd > bytes.length) return null;
  if (!Number.isFinite(mediaSeconds) || !Number.isFinite(runStartSeconds)) return null;
  return {
    type,
    run: view.getUint16(2, true),
    conversation: view.getUint32(4, true),
    sequence: view.getUint32(8, true),
    mediaSeconds,
    runStartSeconds,
    conversationId: new TextDecoder().decode(bytes.subarray(HEADER_BYTES, idEnd)),
    payload: bytes.subarray(idEnd),
  };
}

// Both are in every browser, worker and Node; the library of plain ES does not name them.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  decode(bytes: Uint8Array): string;
}
