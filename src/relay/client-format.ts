/** The two wire formats of a relay: binary frames, and the public JSON with base64. */
import { encodeRelayFrame, RELAY_PROTOCOL_VERSION } from '../motion/protocol/relay-frames.js';
import type { LogEntry, TurnPosition } from './turn-log.js';

/** `frames`: the public host-server framing with this relay's additions. `json`: text messages with base64. */
export type ClientFormatName = 'frames' | 'json';

/** Properties of a turn that are sent to clients. */
export interface TurnDescription {
  readonly id: string;
  readonly sampleRateHz: number;
}

export interface ReadyDescription {
  readonly clientId: string;
  readonly resumeToken: string;
  readonly avatarId: string | null;
  /** Rate of turns that name no other, Hz. */
  readonly sampleRateHz: number;
  /** The turn that goes on where the client was cut off. */
  readonly turnId: string | null;
}

type Encoded = Uint8Array | string;

export interface ClientFormat {
  ready(description: ReadyDescription): Encoded;
  /** A turn begins for this client, or goes on at another place. */
  turn(turn: TurnDescription, position: TurnPosition, isResync: boolean): Encoded;
  media(turn: TurnDescription, entry: LogEntry): Encoded;
  /** The ends of both, for a client that leaves a turn early without knowing how to drop it. */
  ends(turn: TurnDescription): Encoded[];
  interrupt(turn: TurnDescription, reason: string): Encoded;
  error(message: string, code: string, turn: TurnDescription | null): Encoded;
  pong(): Encoded;
}

const metadata = (fields: Record<string, unknown>): Uint8Array => encodeRelayFrame({ type: 'metadata', fields });

const frames: ClientFormat = {
  ready: ({ clientId, resumeToken, avatarId, sampleRateHz, turnId }) =>
    metadata({
      event: 'ready',
      version: RELAY_PROTOCOL_VERSION,
      sample_rate: sampleRateHz,
      channels: 1,
      ...(avatarId !== null && { avatar_id: avatarId }),
      connection_id: clientId,
      resume_token: resumeToken,
      ...(turnId !== null && { turn_id: turnId }),
    }),
  turn: ({ id, sampleRateHz }, { frame, startSeconds, startKeyframe }, isResync) =>
    metadata({
      event: isResync ? 'resync' : 'turn',
      turn_id: id,
      sample_rate: sampleRateHz,
      channels: 1,
      frame,
      start_seconds: startSeconds,
      start_keyframe: startKeyframe,
    }),
  media: (_turn, { media }) => encodeRelayFrame(media),
  ends: () => [
    encodeRelayFrame({ type: 'audio', pcm: new Uint8Array(0), isLast: true }),
    encodeRelayFrame({ type: 'motion', envelopes: [], isLast: true }),
  ],
  interrupt: ({ id }, reason) => metadata({ event: 'interrupt', turn_id: id, reason }),
  error: (message, code, turn) => encodeRelayFrame({ type: 'error', fields: { error: message, code, ...(turn && { turn_id: turn.id }) } }),
  pong: () => metadata({ event: 'pong' }),
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

const json: ClientFormat = {
  ready: ({ clientId, avatarId, sampleRateHz }) =>
    JSON.stringify({ type: 'ready', sessionId: clientId, avatar: { avatarId, outputSampleRate: sampleRateHz } }),
  turn: ({ id, sampleRateHz }) => JSON.stringify({ type: 'agent_event', event: 'tts_start', turnId: id, sampleRate: sampleRateHz }),
  media: ({ id }, { media }) =>
    JSON.stringify(
      media.type === 'audio'
        ? { type: 'avatar_audio', turnId: id, audio: base64(media.pcm), isLast: media.isLast }
        : { type: 'avatar_frames', turnId: id, frames: media.envelopes.map(base64), isLast: media.isLast },
    ),
  ends: ({ id }) => [
    JSON.stringify({ type: 'avatar_audio', turnId: id, audio: '', isLast: true }),
    JSON.stringify({ type: 'avatar_frames', turnId: id, frames: [], isLast: true }),
  ],
  interrupt: ({ id }, reason) => JSON.stringify({ type: 'interrupt', turnId: id, reason }),
  error: (message, code, turn) => JSON.stringify({ type: 'error', message, code, ...(turn && { turnId: turn.id }) }),
  pong: () => JSON.stringify({ type: 'pong' }),
};

export const CLIENT_FORMATS: Readonly<Record<ClientFormatName, ClientFormat>> = { frames, json };
