/**
 * The Motion Server as a participant of a LiveKit room: a voice and data packets go out, requests come in. The only file
 * that knows `@livekit/rtc-node`, which is loaded when the first session asks for a room.
 */
import type { AudioSource, Room } from '@livekit/rtc-node';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { CONTROL_TOPIC } from '../../shared/contracts/room-packets.js';
import type { RoomTarget } from './livekit-configuration.js';

export interface RoomPublisherListener {
  /** A participant asked for an interruption. */
  handleInterrupt(): void;
  /** The room is closed, or this participant was removed. */
  handleLost(): void;
}

/** Sound that waits in the encoder's own queue, ms: rides out a busy event loop; an interruption clears it. */
const QUEUE_MS = 300;
/** Time that attributes may take, ms. */
const ATTRIBUTES_MS = 1000;
/** Time that another participant may take to answer, ms. */
const RPC_TIMEOUT_MS = 5000;
const TRACK_NAME = 'spatius-voice';

type RtcNode = typeof import('@livekit/rtc-node');

export class RoomPublisher {
  private readonly rtc: RtcNode;
  private readonly room: Room;
  private readonly source: AudioSource;
  private readonly sampleRateHz: number;
  private readonly listener: RoomPublisherListener;
  private isClosed = false;
  /** The last packet of each channel: one is under way at a time, in order. Each keeps a listener of the room's until it has left. */
  private readonly sending = { reliable: Promise.resolve(), lossy: Promise.resolve() };
  /** When the encoder's queue runs empty, by `performance.now()`. */
  private emptyAtMs = Infinity;

  /**
   * Joins and publishes the voice.
   *
   * @throws {AvatarError} `egressUnavailable` without the package, `connectionFailed` when the server cannot be reached,
   *   `invalidEgressConfig` when it refuses the token. Messages hold neither URL nor token.
   */
  static async join(target: RoomTarget, sampleRateHz: number, listener: RoomPublisherListener): Promise<RoomPublisher> {
    const rtc = await loadRtcNode();
    const room = new rtc.Room();
    const source = new rtc.AudioSource(sampleRateHz, 1, QUEUE_MS);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('timeout')), target.connectTimeoutMs);
    });
    try {
      await Promise.race([RoomPublisher.enter(rtc, room, source, target), tooLate]);
    } catch (reason) {
      // Whatever is still under way ends with it.
      void room.disconnect().catch(() => undefined);
      void source.close().catch(() => undefined);
      throw joinError(reason);
    } finally {
      clearTimeout(timer);
    }
    return new RoomPublisher(rtc, room, source, sampleRateHz, listener);
  }

  private static async enter(rtc: RtcNode, room: Room, source: AudioSource, target: RoomTarget): Promise<void> {
    await room.connect(target.url, target.token, { autoSubscribe: false, dynacast: false });
    const participant = room.localParticipant!;
    // Before the voice: without an announcement of motion, a page gives a voice motion of its own.
    // A token may forbid it: the page then finds this participant by its token's `lk.publish_on_behalf`, by its identity or by its motion.
    const attributes = participant.setAttributes({ ...target.attributes }).catch(() => undefined);
    // A server that ignores what is forbidden must not delay the speech.
    await Promise.race([attributes, new Promise((resolve) => setTimeout(resolve, ATTRIBUTES_MS).unref())]);
    const options = new rtc.TrackPublishOptions();
    options.source = rtc.TrackSource.SOURCE_MICROPHONE;
    await participant.publishTrack(rtc.LocalAudioTrack.createAudioTrack(TRACK_NAME, source), options);
  }

  private constructor(rtc: RtcNode, room: Room, source: AudioSource, sampleRateHz: number, listener: RoomPublisherListener) {
    this.rtc = rtc;
    this.room = room;
    this.source = source;
    this.sampleRateHz = sampleRateHz;
    this.listener = listener;
    room.on(rtc.RoomEvent.DataReceived, (payload, _participant, _kind, topic) => {
      if (topic === CONTROL_TOPIC && isInterrupt(payload)) this.listener.handleInterrupt();
    });
    room.on(rtc.RoomEvent.Disconnected, () => {
      if (!this.isClosed) this.listener.handleLost();
    });
  }

  /** Sound handed over that has not left for the encoder, s. */
  get queuedSeconds(): number {
    return this.source.queuedDuration / 1000;
  }

  /** For how long the encoder has had nothing, ms. */
  get starvedMs(): number {
    return Math.max(0, performance.now() - this.emptyAtMs);
  }

  /** Resolves when there is room for more: in real time. @param samples The caller may use them again then. */
  async play(samples: Int16Array): Promise<void> {
    await this.source.captureFrame(new this.rtc.AudioFrame(samples, this.sampleRateHz, 1, samples.length));
    this.emptyAtMs = performance.now() + this.source.queuedDuration;
  }

  /** Drops what has not left. */
  clear(): void {
    this.source.clearQueue();
  }

  /** Resolves when the packet has left. The bytes are not to be changed until then. */
  send(bytes: Uint8Array, topic: string, isReliable: boolean): Promise<void> {
    const channel = isReliable ? 'reliable' : 'lossy';
    const sent = this.sending[channel].then(async () => {
      if (!this.isClosed) await this.room.localParticipant?.publishData(bytes, { reliable: isReliable, topic });
    });
    this.sending[channel] = sent.catch(() => undefined);
    return sent;
  }

  /** Resolves with the answer of a participant; rejects where there is none. */
  async call(destinationIdentity: string, method: string, payload: string): Promise<string> {
    const { localParticipant } = this.room;
    if (this.isClosed || !localParticipant) throw new Error('the room is closed');
    // Otherwise only a timeout of seven seconds tells.
    if (!this.room.remoteParticipants.has(destinationIdentity)) throw new Error('the participant is not in the room');
    return localParticipant.performRpc({ destinationIdentity, method, payload, responseTimeout: RPC_TIMEOUT_MS });
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.room.disconnect().catch(() => undefined);
    await this.source.close().catch(() => undefined);
  }
}

async function loadRtcNode(): Promise<RtcNode> {
  try {
    return await import('@livekit/rtc-node');
  } catch (cause) {
    throw new AvatarError(ErrorCode.egressUnavailable, 'egress client is not configured on server: @livekit/rtc-node is not installed', {
      cause,
    });
  }
}

function joinError(cause: unknown): AvatarError {
  const message = cause instanceof Error ? cause.message : '';
  if (/\b40[13]\b|unauthorized|permission/i.test(message)) {
    return new AvatarError(ErrorCode.invalidEgressConfig, 'failed to join the LiveKit room: unauthorized: invalid token', { cause });
  }
  return new AvatarError(ErrorCode.connectionFailed, 'failed to create egress connection: the LiveKit server cannot be reached', {
    cause,
  });
}

function isInterrupt(payload: Uint8Array): boolean {
  if (payload.length > 1024) return false;
  try {
    const message: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof message === 'object' && message !== null && 'type' in message && message.type === 'interrupt';
  } catch {
    return false;
  }
}
