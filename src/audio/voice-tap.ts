/** What an avatar says, for others than the loudspeaker: before volume and mute, from a player or from a room. */
import type { Player } from './player.js';
import type { OtherSound } from './voice.js';

/**
 * Joins the voice to a node of the player's context.
 *
 * @param other Where the voice comes from instead of the player; null where it does not.
 * @returns Takes it off again.
 */
export function tapVoice(player: Player, other: OtherSound | null, target: AudioNode, input = 0): () => void {
  player.captureNode.connect(target, 0, input);
  let room: MediaStreamAudioSourceNode | null = null;
  const unwatch = other?.watchTrack((track) => {
    room?.disconnect();
    room = track && new MediaStreamAudioSourceNode(target.context as AudioContext, { mediaStream: new MediaStream([track]) });
    room?.connect(target, 0, input);
  });
  return () => {
    unwatch?.();
    room?.disconnect();
    try {
      player.captureNode.disconnect(target, 0, input);
    } catch {
      // A player that was disposed of has let go already.
    }
  };
}
