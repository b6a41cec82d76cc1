/** Connects the avatar's voice to further audio nodes: before volume and mute, from its player or from a room. */
import type { Player } from './player.js';

export type TrackListener = (track: MediaStreamTrack | null) => void;

/** A source of speech besides the player: the track of a room. */
export interface TrackSource {
  /** Reports the current track, or null, at once and at every change; the returned function stops it. */
  watchTrack(listener: TrackListener): () => void;
}

/**
 * Joins the voice to nodes of the player's context.
 *
 * @param own Gets the player's sound.
 * @param other Gets a room's sound.
 * @param input Index of the input of both.
 * @returns Disconnects it.
 */
export function tapVoice(voice: TrackSource, player: Player, own: AudioNode, other: AudioNode, input = 0): () => void {
  player.captureNode.connect(own, 0, input);
  let room: MediaStreamAudioSourceNode | null = null;
  const unwatch = voice.watchTrack((track) => {
    room?.disconnect();
    room = track && new MediaStreamAudioSourceNode(other.context as AudioContext, { mediaStream: new MediaStream([track]) });
    room?.connect(other, 0, input);
  });
  return () => {
    unwatch();
    room?.disconnect();
    try {
      player.captureNode.disconnect(own, 0, input);
    } catch {
      // A disposed player has disconnected already.
    }
  };
}
