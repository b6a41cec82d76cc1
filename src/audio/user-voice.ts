/** Detects whether the user speaks: compares the microphone with the avatar's own voice, in the audio thread. */
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { liveAudioTracks } from './live-tracks.js';
import type { Player } from './player.js';
import { type TrackSource, tapVoice } from './voice-tap.js';

/**
 * @param workletUrl URL of `capture.worklet.js`.
 * @param handleVoice Called with true when speech begins and with false when it has ended.
 * @returns Stops the detection; the stream's tracks stay live.
 * @throws {AvatarError} `noAudio` without a live track, `playbackInitFailed`.
 */
export async function hearUser(
  voice: TrackSource,
  player: Player,
  stream: MediaStream,
  workletUrl: string | URL,
  handleVoice: (isSpeaking: boolean) => void,
): Promise<() => void> {
  liveAudioTracks(stream);
  const context = player.captureNode.context as AudioContext;
  try {
    await context.audioWorklet.addModule(String(workletUrl));
    const node = new AudioWorkletNode(context, 'spatius-voice-activity', {
      numberOfInputs: 2,
      numberOfOutputs: 1,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    node.port.onmessage = ({ data }) => handleVoice(data as boolean);
    // Its output is silence, but only nodes connected to the destination are sure to be processed.
    source.connect(node).connect(context.destination);
    const forget = tapVoice(voice, player, node, node, 1);
    return () => {
      forget();
      source.disconnect();
      node.disconnect();
      node.port.onmessage = null;
      node.port.postMessage('end');
    };
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.playbackInitFailed, 'This browser cannot hear the microphone');
  }
}
