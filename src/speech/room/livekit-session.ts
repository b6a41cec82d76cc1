/**
 * A room as the source of an avatar's sound and motion: joins it, plays the voice of the participant that speaks, hands
 * its motion to the motion worker and tells the stage where the voice is.
 *
 *     room ─ track ─► <audio>, played by the browser
 *       └─ data ─► rounds ─ motion ─► motion worker ─► stage
 *                    └──── playhead, ten times a second ─► stage
 *
 * Lives on the page, where WebRTC is. A page that is blocked delays neither: the browser plays the track itself, the
 * stage goes on by the last playhead, and motion is sent ahead of the voice.
 */
import type { RemoteAudioTrack, RemoteParticipant, Room } from 'livekit-client';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionSession, MotionSessionStats, MotionSink } from '../../shared/contracts/motion-session.js';
import type { RoomSource } from '../../shared/contracts/motion-source.js';
import type { PlayheadReport } from '../../shared/contracts/playback-messages.js';
import { CLOCK_TOPIC, CONTROL_TOPIC, decodeRoomPacket, MOTION_TOPIC } from '../../shared/contracts/room-packets.js';
import type { RoomListener } from './open-room.js';
import { RoomLink } from './room-link.js';
import { RoomRounds } from './room-rounds.js';
import { chooseSpeaker, mayBecomeSpeaker } from './speaker-choice.js';
import { TrackClock } from './track-clock.js';
import { VoiceTrack } from './voice-track.js';

export interface LiveKitSessionParts {
  readonly source: RoomSource;
  /** Above every round that was before. */
  readonly firstRound: number;
  readonly sink: MotionSink;
  /** `PlayheadReport` goes out here, to the stage. */
  readonly playheadPort: MessagePort;
  /** The stage's ends of the playhead's and the motion's way. */
  readonly stagePorts: readonly [playhead: MessagePort, motion: MessagePort];
  readonly listener: RoomListener;
  readonly events: RoomEvents;
}

export interface RoomEvents {
  /** `outputLatencySeconds` has changed. */
  handleOutputLatency(): void;
  /** The room hears the visitor speak, or no longer. */
  handleVisitor(isSpeaking: boolean): void;
}

/** The visitor has stopped speaking when the room has heard nothing for so long: people pause. */
const VISITOR_PAUSE_MS = 900;

const TICK_MS = 100;
/** While the next voice is about to be heard: its face starts with it. */
const EAGER_TICK_MS = 20;

export class LiveKitSession implements MotionSession {
  private readonly parts: LiveKitSessionParts;
  private readonly link: RoomLink;
  private readonly clock = new TrackClock();
  private readonly rounds: RoomRounds;
  private room: Room | null = null;
  private speaker: RemoteParticipant | null = null;
  private voice: VoiceTrack | null = null;
  private readonly trackListeners = new Set<(track: MediaStreamTrack | null) => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private visitorTimer: ReturnType<typeof setTimeout> | undefined;
  private isVisitorSpeaking = false;
  private volume = 1;
  private isMuted = false;
  private latencyOffsetSeconds = 0;
  private latencySeconds = 0;
  private isDisposed = false;

  constructor(parts: LiveKitSessionParts) {
    this.parts = parts;
    const { listener, sink } = parts;
    this.link = new RoomLink(parts.source, {
      handleRoom: (room) => this.followRoom(room),
      handleConnectionState: (state, error) => {
        if (state === 'failed') this.loseSpeaker();
        listener.handleConnectionState(state, error);
      },
      requestToken: (isRefresh) => listener.requestToken(isRefresh),
    });
    this.rounds = new RoomRounds(this.clock, parts.firstRound, {
      handleRoundOpened: (round, conversationId) => {
        this.voice?.setSilenced(false);
        listener.handleRoundOpened(round, conversationId);
      },
      handleRoundMotion: (round, motion) => listener.handleRoundMotion(round, motion),
      handlePlaybackState: (state) => listener.handlePlaybackState(state),
      handlePlayhead: (report) => this.tellStage(report),
      // Its own buffer: it is moved to the worker.
      handleMotion: (round, message) => sink.receive(round, [message.slice() as Uint8Array<ArrayBuffer>]),
      handleDropped: (beforeRound) => sink.flush(beforeRound),
    });
  }

  // ---- session -----------------------------------------------------------------------------------------------------

  open(): Promise<void> {
    if (this.isDisposed) return Promise.reject(new AvatarError(ErrorCode.aborted, 'The session was disposed.'));
    return this.link.open();
  }

  interrupt(beforeRound: number): void {
    if (!this.rounds.interrupt(beforeRound, performance.now())) return;
    // What is on its way here is not heard either.
    this.voice?.setSilenced(true);
    const bytes = new TextEncoder().encode(JSON.stringify({ type: 'interrupt' }));
    const to = this.speaker ? { destinationIdentities: [this.speaker.identity] } : {};
    this.room?.localParticipant.publishData(bytes, { reliable: true, topic: CONTROL_TOPIC, ...to }).catch((reason: unknown) => {
      this.parts.listener.handleError(avatarErrorFrom(reason, ErrorCode.networkLayerNotAvailable, 'The interruption could not be sent'));
    });
  }

  async stats(): Promise<MotionSessionStats> {
    const stats = await this.parts.sink.stats();
    return {
      ...stats,
      discardedMessages: stats.discardedMessages + this.rounds.discarded,
      firstMotionMs: NaN,
      reconnects: this.link.reconnectCount,
    };
  }

  close(): void {
    this.link.close();
    this.loseSpeaker();
    this.forgetRoom();
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.close();
    this.isDisposed = true;
    this.parts.sink.dispose();
    this.parts.playheadPort.close();
  }

  // The speech of a room comes from the room.
  async begin(): Promise<void> {
    throw notHere();
  }

  async listen(): Promise<void> {
    throw notHere();
  }

  append(): void {
    this.parts.listener.handleError(notHere());
  }

  receiveMotion(): void {
    this.parts.listener.handleError(notHere());
  }

  // Another source is another session, and sound and motion of a room wait for nothing.
  setSource(): void {}
  setFrameStarvation(): void {}
  // How speech moves the face is decided where its motion is made.
  setExpression(): void {}

  /** Lets the room hear the visitor, or no longer. @throws {AvatarError} `networkLayerNotAvailable`, or the browser's refusal. */
  async publishMicrophone(isOn: boolean): Promise<void> {
    try {
      await this.link.requireRoom().localParticipant.setMicrophoneEnabled(isOn);
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.networkLayerNotAvailable, 'The microphone could not be published');
    }
  }

  // ---- sound -------------------------------------------------------------------------------------------------------

  /** @throws {AvatarError} `audioBlocked` when the browser refuses. */
  async unlock(): Promise<void> {
    try {
      await this.room?.startAudio();
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.audioBlocked, 'The browser blocks sound until the visitor touches the page');
    }
  }

  pause(): void {
    this.parts.listener.handleError(
      new AvatarError(ErrorCode.networkLayerNotAvailable, 'A room is live and cannot be paused: use muted or interrupt().'),
    );
  }

  setVolume(volume: number): void {
    this.volume = volume;
    this.voice?.setVolume(volume);
  }

  setMuted(isMuted: boolean): void {
    this.isMuted = isMuted;
    this.voice?.setMuted(isMuted);
  }

  setLatencyOffset(seconds: number): void {
    this.latencyOffsetSeconds = seconds;
    this.parts.events.handleOutputLatency();
  }

  /** Time from the jitter buffer to the loudspeaker, s; the user's offset included. */
  get outputLatencySeconds(): number {
    return this.latencySeconds + this.latencyOffsetSeconds;
  }

  get stagePorts(): LiveKitSessionParts['stagePorts'] {
    return this.parts.stagePorts;
  }

  mediaSeconds(): number {
    return this.rounds.mediaSeconds;
  }

  /** Tells the voice's track, at once and at each change. */
  watchTrack(listener: (track: MediaStreamTrack | null) => void): () => void {
    this.trackListeners.add(listener);
    listener(this.voice?.track.mediaStreamTrack ?? null);
    return () => void this.trackListeners.delete(listener);
  }

  private useVoice(voice: VoiceTrack | null): void {
    this.voice?.detach();
    this.voice = voice;
    voice?.setVolume(this.volume);
    voice?.setMuted(this.isMuted);
    for (const listener of this.trackListeners) listener(voice?.track.mediaStreamTrack ?? null);
  }

  // ---- the room ----------------------------------------------------------------------------------------------------

  private followRoom(room: Room): void {
    this.forgetRoom();
    this.room = room;
    room.on('dataReceived', this.handleData);
    for (const name of [
      'participantConnected',
      'participantAttributesChanged',
      'trackSubscribed',
      'trackUnsubscribed',
      'connected',
    ] as const) {
      room.on(name, this.updateSpeaker);
    }
    room.on('participantDisconnected', this.handleLeft);
    room.on('audioPlaybackChanged', this.handlePlayback);
    room.on('activeSpeakersChanged', this.handleSpeakers);
    this.updateSpeaker();
  }

  private forgetRoom(): void {
    const { room } = this;
    this.room = null;
    if (!room) return;
    room.off('dataReceived', this.handleData);
    for (const name of [
      'participantConnected',
      'participantAttributesChanged',
      'trackSubscribed',
      'trackUnsubscribed',
      'connected',
    ] as const) {
      room.off(name, this.updateSpeaker);
    }
    room.off('participantDisconnected', this.handleLeft);
    room.off('audioPlaybackChanged', this.handlePlayback);
    room.off('activeSpeakersChanged', this.handleSpeakers);
    this.setVisitor(false);
  }

  private readonly handleData = (bytes: Uint8Array, participant?: RemoteParticipant, _kind?: unknown, topic?: string): void => {
    if (!participant || (topic !== MOTION_TOPIC && topic !== CLOCK_TOPIC)) return;
    const packet = decodeRoomPacket(bytes);
    if (!packet) return;
    if (!this.speaker && mayBecomeSpeaker(participant, this.parts.source.identity)) this.follow(participant);
    if (participant !== this.speaker) return;
    this.rounds.handlePacket(packet, performance.now());
    this.timer ??= setTimeout(() => this.tick(), EAGER_TICK_MS);
  };

  private readonly handleLeft = (participant: RemoteParticipant): void => {
    if (participant !== this.speaker) return;
    this.loseSpeaker();
    this.updateSpeaker();
  };

  private readonly handlePlayback = (): void => this.parts.listener.handleAudioBlocked(this.room?.canPlaybackAudio === false);

  private readonly handleSpeakers = (): void => {
    clearTimeout(this.visitorTimer);
    if (this.room?.localParticipant.isSpeaking) this.setVisitor(true);
    else this.visitorTimer = setTimeout(() => this.setVisitor(false), VISITOR_PAUSE_MS);
  };

  private setVisitor(isSpeaking: boolean): void {
    clearTimeout(this.visitorTimer);
    if (isSpeaking === this.isVisitorSpeaking) return;
    this.isVisitorSpeaking = isSpeaking;
    this.parts.events.handleVisitor(isSpeaking);
  }

  private readonly updateSpeaker = (): void => {
    const { room } = this;
    if (!room) return;
    const chosen = chooseSpeaker(room.remoteParticipants.values(), this.parts.source.identity);
    if (chosen && chosen !== this.speaker) this.follow(chosen);
    else this.updateVoice();
  };

  private follow(participant: RemoteParticipant): void {
    this.loseSpeaker();
    this.speaker = participant;
    this.updateVoice();
  }

  private updateVoice(): void {
    const publications = [...(this.speaker?.audioTrackPublications.values() ?? [])];
    const track = publications.map(({ track }) => track).find((track): track is RemoteAudioTrack => track !== undefined);
    if (track === this.voice?.track) return;
    this.useVoice(track ? new VoiceTrack(track) : null);
  }

  private loseSpeaker(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.speaker = null;
    this.useVoice(null);
    this.rounds.reset(performance.now());
  }

  // ---- time --------------------------------------------------------------------------------------------------------

  private tick(): void {
    const now = performance.now();
    const playout = this.voice?.playout(now);
    if (playout) {
      this.clock.handlePlayout(playout.rtp, playout.bufferMs);
      if (playout.outputSeconds !== null && Math.abs(playout.outputSeconds - this.latencySeconds) > 0.002) {
        this.latencySeconds = playout.outputSeconds;
        this.parts.events.handleOutputLatency();
      }
    }
    this.rounds.tick(now);
    const { isActive, isWaiting } = this.rounds;
    this.timer = isActive ? setTimeout(() => this.tick(), isWaiting ? EAGER_TICK_MS : TICK_MS) : undefined;
  }

  private tellStage(report: PlayheadReport): void {
    if (!this.isDisposed) this.parts.playheadPort.postMessage(report);
  }
}

function notHere(): AvatarError {
  return new AvatarError(
    ErrorCode.networkLayerNotAvailable,
    'In livekit mode speech comes from the room: send() and speak() have nothing to do here.',
  );
}
