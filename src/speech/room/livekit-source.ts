/**
 * A LiveKit room as the source of an avatar's sound and motion: joins it, follows the participant that speaks, and reads its motion
 * and the time of its voice.
 *
 *     room ─ track ─► <audio>, played by the browser
 *       └─ data ─► rounds ─ motion ──► stage
 *                    └──── playhead, ten times a second ─► stage
 *
 * It runs on the page, where WebRTC is. A blocked page delays neither sound nor face: the browser plays the track itself, the stage
 * goes on from the last playhead, and motion is sent ahead of the voice.
 */
import type { RemoteAudioTrack, RemoteParticipant, Room, RoomEventCallbacks, TextStreamReader } from 'livekit-client';
import { FINAL_ATTRIBUTE, SEGMENT_ATTRIBUTE } from '../../agents/livekit-agent.js';
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { PlaybackState, PlayheadReport } from '../../shared/contracts/playback-messages.js';
import {
  AGENT_STATE_ATTRIBUTE,
  AVATAR_ATTRIBUTE,
  CLOCK_TOPIC,
  CONTROL_TOPIC,
  decodeRoomPacket,
  MOTION_TOPIC,
  ON_BEHALF_ATTRIBUTE,
  TRANSCRIPTION_TOPIC,
} from '../../shared/contracts/room-packets.js';
import type { RoomSourceOptions } from '../../shared/contracts/source-options.js';
import { RoundGate } from '../../shared/core/round-gate.js';
import type { Source, SourceListener } from '../source.js';
import { ForwardedMotion } from '../sources/forwarded-motion.js';
import { MotionWait } from './motion-wait.js';
import type { RoomText } from './room-agent.js';
import { RoomLink } from './room-link.js';
import { RoomRounds } from './room-rounds.js';
import { RoomSound } from './room-sound.js';
import { chooseAgent, chooseSpeaker, mayBecomeSpeaker } from './speaker-choice.js';
import { TrackClock } from './track-clock.js';

/** What a room reports besides: it is heard and timed by the browser, not by the worklet. */
export interface RoomSourceListener extends Omit<SourceListener, 'handleSpeech'> {
  /** A round begins to be heard; `hasMotion` says whether it is shown with motion. */
  handleRoundHeard(round: number, hasMotion: boolean): void;
  handlePlaybackState(state: PlaybackState): void;
  handlePlayhead(report: PlayheadReport): void;
  handleAudioBlocked(isBlocked: boolean): void;
  handleOutputLatency(): void;
  /** The visitor of the page begins or stops to speak in the room. */
  handleVisitor(isSpeaking: boolean): void;
  /**
   * A voice comes without motion: the page plays it with its own from now on; null: no longer.
   *
   * @returns Number that the next round of the room may have.
   */
  handleVoiceAlone(voice: MediaStreamTrack | null): number;
  /** `lk.agent.state` of the agent that speaks; null without one. */
  handleAgentState(state: string | null): void;
  /** What the visitor or the agent says, as the agent writes it down. */
  handleText(text: RoomText): void;
  /** Whether that voice is being heard. */
  isVoiceHeard(): boolean;
  requestToken(isRefresh: boolean): Promise<string>;
}

/** After this much silence the visitor has stopped speaking: people pause. */
const VISITOR_PAUSE_MS = 900;

const TICK_MS = 100;
/** Shortly before a voice is heard, so that its face starts with it. */
const EAGER_TICK_MS = 20;

export class LiveKitSource implements Source {
  readonly origin = 'server';
  readonly speech = null;
  readonly motion = null;
  readonly opensRounds = true;
  // Sound and motion of a room are live: neither waits for the other.
  readonly timeout = null;
  readonly sound: RoomSound;
  private readonly options: RoomSourceOptions;
  private readonly listener: RoomSourceListener;
  private readonly link: RoomLink;
  private readonly clock = new TrackClock();
  private readonly rounds: RoomRounds;
  private readonly motionWait: MotionWait;
  /** Reads the motion of the newest round that has any; earlier rounds are closed. */
  private reader = new ForwardedMotion();
  private readonly gate = new RoundGate();
  private room: Room | null = null;
  private unfollow: (() => void) | null = null;
  private speaker: RemoteParticipant | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private visitorTimer: ReturnType<typeof setTimeout> | undefined;
  private isVisitorSpeaking = false;
  private discardedMotion = 0;

  constructor(options: RoomSourceOptions, listener: RoomSourceListener) {
    this.options = options;
    this.listener = listener;
    this.sound = new RoomSound(() => listener.handleOutputLatency());
    this.motionWait = new MotionWait({
      handleAlone: (voice) => {
        this.sound.setElsewhere(voice !== null);
        this.rounds.interrupt(listener.handleVoiceAlone(voice), performance.now());
      },
      isSpeaking: () => listener.isVoiceHeard(),
    });
    this.link = new RoomLink(options, {
      handleRoom: (room) => this.follow(room),
      handleConnectionState: (state, error) => {
        if (state === 'failed') this.loseSpeaker();
        listener.handleState(state, error);
      },
      requestToken: (isRefresh) => listener.requestToken(isRefresh),
    });
    this.rounds = new RoomRounds(this.clock, options.firstRound, {
      handleRoundOpened: (round, conversationId) => {
        this.sound.setSilenced(false);
        listener.handleRoundOpened(round, conversationId);
      },
      handleRoundHeard: (round, hasMotion) => listener.handleRoundHeard(round, hasMotion),
      handlePlaybackState: (state) => listener.handlePlaybackState(state),
      handlePlayhead: (report) => listener.handlePlayhead(report),
      handleMotion: (round, message) => this.readMotion(round, message),
      handleDropped: (beforeRound) => {
        this.closeMotionBefore(beforeRound);
        listener.handleInterrupted(beforeRound - 1);
      },
    });
  }

  get discardedMessages(): number {
    return this.rounds.discarded + this.discardedMotion;
  }

  get reconnects(): number {
    return this.link.reconnectCount;
  }

  /** The voice comes without motion, and the page plays it with its own. */
  get isVoiceAlone(): boolean {
    return this.motionWait.isAlone;
  }

  /** Media time heard last, s; 0 when nothing is. */
  get mediaSeconds(): number {
    return this.rounds.mediaSeconds;
  }

  open(): Promise<void> {
    return this.link.open();
  }

  interrupt(beforeRound: number): void {
    if (!this.rounds.interrupt(beforeRound, performance.now())) return;
    // Sound on its way here is not to be heard either.
    this.sound.setSilenced(true);
    const bytes = new TextEncoder().encode(JSON.stringify({ type: 'interrupt' }));
    const to = this.speaker ? { destinationIdentities: [this.speaker.identity] } : {};
    this.room?.localParticipant.publishData(bytes, { reliable: true, topic: CONTROL_TOPIC, ...to }).catch((reason: unknown) => {
      this.listener.handleError(avatarErrorFrom(reason, ErrorCode.networkLayerNotAvailable, 'The interruption could not be sent'));
    });
  }

  close(): void {
    this.link.close();
    this.loseSpeaker();
    this.listener.handleAgentState(null);
    this.forgetRoom();
    this.listener.handleState('disconnected', null);
  }

  /** Lets the room hear the visitor, or no longer. @throws {AvatarError} `networkLayerNotAvailable`, or the browser's refusal. */
  async publishMicrophone(isOn: boolean): Promise<void> {
    try {
      await this.link.requireRoom().localParticipant.setMicrophoneEnabled(isOn);
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.networkLayerNotAvailable, 'The microphone could not be published');
    }
  }

  /** @throws {AvatarError} `audioBlocked` when the browser refuses. */
  async unlock(): Promise<void> {
    try {
      await this.room?.startAudio();
    } catch (reason) {
      throw avatarErrorFrom(reason, ErrorCode.audioBlocked, 'The browser blocks sound until the visitor touches the page');
    }
  }

  // ---- the room ----------------------------------------------------------------------------------------------------

  private follow(room: Room): void {
    this.forgetRoom();
    const updateSpeaker = (): void => this.updateSpeaker();
    const handlers: Partial<RoomEventCallbacks> = {
      dataReceived: (bytes, participant, _kind, topic) => this.handleData(bytes, participant, topic),
      participantConnected: updateSpeaker,
      participantAttributesChanged: updateSpeaker,
      trackSubscribed: updateSpeaker,
      trackUnsubscribed: updateSpeaker,
      connected: updateSpeaker,
      participantDisconnected: (participant) => this.handleLeft(participant),
      audioPlaybackChanged: () => this.listener.handleAudioBlocked(!room.canPlaybackAudio),
      activeSpeakersChanged: () => this.handleSpeakers(room),
    };
    const names = Object.keys(handlers) as (keyof typeof handlers)[];
    for (const name of names) room.on(name, handlers[name]!);
    this.unfollow = () => {
      for (const name of names) room.off(name, handlers[name]!);
    };
    this.room = room;
    // A room of the app's has one handler a topic, which is the app's.
    if (!this.options.room) {
      room.registerTextStreamHandler(TRANSCRIPTION_TOPIC, (reader, { identity }) => void this.readText(room, reader, identity));
    }
    this.updateSpeaker();
  }

  private forgetRoom(): void {
    this.unfollow?.();
    this.room = this.unfollow = null;
    this.setVisitor(false);
  }

  private handleData(bytes: Uint8Array, participant: RemoteParticipant | undefined, topic: string | undefined): void {
    if (!participant || (topic !== MOTION_TOPIC && topic !== CLOCK_TOPIC)) return;
    const packet = decodeRoomPacket(bytes);
    if (!packet) return;
    // An agent whose voice is played may have its motion sent by another agent; a visitor may not put itself in its place.
    const isFree = !this.speaker || (participant.isAgent && this.isVoiceAlone);
    if (isFree && participant !== this.speaker && mayBecomeSpeaker(participant, this.options.identity)) this.useSpeaker(participant);
    if (participant !== this.speaker || !this.motionWait.admits(packet.conversation)) return;
    this.rounds.handlePacket(packet, performance.now());
    this.timer ??= setTimeout(() => this.tick(), EAGER_TICK_MS);
  }

  private handleLeft(participant: RemoteParticipant): void {
    if (participant !== this.speaker) return;
    this.loseSpeaker();
    this.updateSpeaker();
  }

  private handleSpeakers(room: Room): void {
    clearTimeout(this.visitorTimer);
    if (room.localParticipant.isSpeaking) this.setVisitor(true);
    else this.visitorTimer = setTimeout(() => this.setVisitor(false), VISITOR_PAUSE_MS);
  }

  private setVisitor(isSpeaking: boolean): void {
    clearTimeout(this.visitorTimer);
    if (isSpeaking === this.isVisitorSpeaking) return;
    this.isVisitorSpeaking = isSpeaking;
    this.listener.handleVisitor(isSpeaking);
  }

  private updateSpeaker(): void {
    if (!this.room) return;
    const { identity } = this.options;
    const participants = [...this.room.remoteParticipants.values()];
    const chosen = chooseSpeaker(participants, identity) ?? this.speaker ?? chooseAgent(participants, identity);
    if (chosen && chosen !== this.speaker) this.useSpeaker(chosen);
    else this.updateTrack();
    this.listener.handleAgentState(this.agent?.attributes[AGENT_STATE_ATTRIBUTE] ?? null);
  }

  /** The participant that speaks, or on whose behalf it does. */
  private get agent(): RemoteParticipant | null {
    const of = this.speaker?.attributes[ON_BEHALF_ATTRIBUTE];
    return (of !== undefined && this.room?.remoteParticipants.get(of)) || this.speaker;
  }

  private async readText(room: Room, reader: TextStreamReader, identity: string): Promise<void> {
    const role = identity === room.localParticipant.identity ? 'visitor' : 'agent';
    if (role === 'agent' && identity !== this.agent?.identity && identity !== this.speaker?.identity) return;
    const { id, attributes } = reader.info;
    const utterance = { role, id: attributes?.[SEGMENT_ATTRIBUTE] ?? id } as const;
    let text = '';
    try {
      for await (const piece of reader) this.listener.handleText({ ...utterance, piece, text: (text += piece), isFinal: false });
    } catch {
      // Cut short: what came is all there is.
    }
    const isFinal = role === 'agent' || attributes?.[FINAL_ATTRIBUTE] === 'true';
    if (isFinal) this.listener.handleText({ ...utterance, piece: '', text, isFinal });
  }

  private useSpeaker(participant: RemoteParticipant): void {
    this.loseSpeaker();
    this.speaker = participant;
    this.updateTrack();
  }

  private updateTrack(): void {
    const publications = [...(this.speaker?.audioTrackPublications.values() ?? [])];
    const track = publications.map(({ track }) => track).find((one): one is RemoteAudioTrack => one !== undefined) ?? null;
    this.sound.play(track);
    this.motionWait.setVoice(track?.mediaStreamTrack ?? null, AVATAR_ATTRIBUTE in (this.speaker?.attributes ?? {}));
  }

  private loseSpeaker(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.speaker = null;
    this.motionWait.reset();
    this.sound.play(null);
    this.rounds.reset(performance.now());
  }

  // ---- rounds ------------------------------------------------------------------------------------------------------

  private readMotion(round: number, message: Uint8Array): void {
    if (!this.gate.isOpen(round)) {
      this.discardedMotion++;
      return;
    }
    this.closeMotionBefore(round);
    try {
      const read = this.reader.read(message, 0);
      if (read.kind === 'motion') this.listener.handleMotion(round, read.frames, message.length);
      else if (read.kind === 'discarded') this.discardedMotion++;
    } catch (reason) {
      this.listener.handleError(avatarErrorFrom(reason, ErrorCode.invalidMotionData));
    }
    if (this.reader.isEnded) this.listener.handleMotionEnd(round);
  }

  private closeMotionBefore(round: number): void {
    if (this.gate.closeBefore(round)) this.reader = new ForwardedMotion();
  }

  private tick(): void {
    const now = performance.now();
    const playout = this.sound.playout(now);
    if (playout) this.clock.handlePlayout(playout.rtp, playout.bufferMs);
    this.rounds.tick(now);
    const { isActive, isWaiting } = this.rounds;
    this.timer = isActive ? setTimeout(() => this.tick(), isWaiting ? EAGER_TICK_MS : TICK_MS) : undefined;
  }
}
