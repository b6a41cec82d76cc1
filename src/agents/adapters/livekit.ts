/**
 * An agent in a LiveKit room: its voice, `lk.agent.state` and `lk.transcription`. The page joins the room by `livekit-client`.
 *
 * @see https://docs.livekit.io/agents/
 */
import { AGENT_STATE_ATTRIBUTE, ON_BEHALF_ATTRIBUTE, TRANSCRIPTION_TOPIC } from '../../shared/contracts/room-packets.js';
import type { AgentAdapter } from '../agent.js';
import { FINAL_ATTRIBUTE, LIVEKIT_STATES, SEGMENT_ATTRIBUTE } from '../livekit-agent.js';
import { type EmitterLike, type Fields, guarded, handleGone, subscribe, textOf } from './messages.js';

interface ParticipantLike {
  readonly identity: string;
  readonly kind?: number;
  readonly attributes?: Fields;
  readonly trackPublications?: Map<string, { readonly track?: TrackLike | undefined }>;
}

interface TrackLike {
  readonly kind: string;
  readonly mediaStreamTrack: MediaStreamTrack;
}

interface TextReaderLike extends AsyncIterable<string> {
  readonly info: { readonly id: string; readonly attributes?: Fields };
}

export interface LiveKitRoomLike extends EmitterLike {
  readonly remoteParticipants: Map<string, ParticipantLike>;
  readonly localParticipant: { readonly identity: string };
  registerTextStreamHandler?(topic: string, handle: (reader: TextReaderLike, from: { identity: string }) => void): void;
  unregisterTextStreamHandler?(topic: string): void;
}

export interface LiveKitOptions {
  /** Identity of the agent. Default: a participant of kind agent, or with `lk.agent.state` or `lk.publish_on_behalf`. */
  readonly identity?: string;
  /** `elsewhere` where the page attaches the track itself. Default `delayed`: the avatar plays it. */
  readonly sound?: 'delayed' | 'elsewhere';
}

/** `ParticipantInfo.Kind.AGENT`. */
const AGENT_KIND = 4;

export function livekit(room: LiveKitRoomLike, { identity, sound = 'delayed' }: LiveKitOptions = {}): AgentAdapter {
  const isAgent = ({ identity: name, kind, attributes = {} }: ParticipantLike): boolean =>
    identity !== undefined
      ? name === identity
      : kind === AGENT_KIND || AGENT_STATE_ATTRIBUTE in attributes || ON_BEHALF_ATTRIBUTE in attributes;
  return (port) => {
    let heard: TrackLike | null = null;
    const hear = (track: TrackLike | undefined, participant: ParticipantLike): void => {
      if (track?.kind !== 'audio' || track === heard || !isAgent(participant)) return;
      heard = track;
      port.voice(track.mediaStreamTrack, sound);
    };
    const follow = (participant: ParticipantLike): void => {
      if (!isAgent(participant)) return;
      const state = LIVEKIT_STATES[textOf(participant.attributes?.[AGENT_STATE_ATTRIBUTE])];
      if (state) port.setState(state);
      for (const { track } of participant.trackPublications?.values() ?? []) hear(track, participant);
    };
    subscribe(port, room, {
      trackSubscribed: (track: TrackLike, _publication: unknown, participant: ParticipantLike) => hear(track, participant),
      trackUnsubscribed: (track: TrackLike) => {
        if (track !== heard) return;
        heard = null;
        port.voice(null);
      },
      participantAttributesChanged: (_changed: unknown, participant: ParticipantLike) => follow(participant),
      disconnected: () => handleGone(port),
    });
    for (const participant of room.remoteParticipants.values()) follow(participant);

    const read = async (reader: TextReaderLike, from: { identity: string }): Promise<void> => {
      const { attributes = {}, id } = reader.info;
      const role = from.identity === room.localParticipant.identity ? 'visitor' : 'agent';
      const sender = room.remoteParticipants.get(from.identity);
      if (role === 'agent' && !(sender && isAgent(sender))) return;
      const segment = textOf(attributes[SEGMENT_ATTRIBUTE]) || id;
      const isFinal = attributes[FINAL_ATTRIBUTE] === 'true';
      let text = '';
      for await (const piece of reader) port.transcript(role, segment, (text += piece));
      if (isFinal || role === 'agent') port.transcript(role, segment, text, { isFinal: true });
    };
    // One handler a topic: a page that has its own keeps it.
    guarded(port, () =>
      room.registerTextStreamHandler?.(TRANSCRIPTION_TOPIC, (reader, from) => void read(reader, from).catch((reason) => port.fail(reason))),
    );
    return () => room.unregisterTextStreamHandler?.(TRANSCRIPTION_TOPIC);
  };
}
