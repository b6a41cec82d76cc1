import { type AudioUplink, EncodedUplink, PcmUplink } from './audio-uplink.js';
import { OpusUplink } from './opus-uplink.js';
import type { PublicSessionConfig } from './session-config.js';

/**
 * Makes the encoder for a request's audio in the session's format.
 *
 * @param handleEncodedAudio Gets each stream that is encoded here, at its end.
 */
export function uplinkFactory(
  { audioFormat, sampleRate, bitrate, oggOpusEncoder }: PublicSessionConfig,
  handleEncodedAudio: ((reqId: string, audio: Uint8Array) => void) | undefined,
): (reqId: string) => AudioUplink {
  if (audioFormat === 'pcm_s16le') return () => new PcmUplink(sampleRate);
  if (!oggOpusEncoder) return () => new EncodedUplink();
  return (reqId) =>
    new OpusUplink({
      reqId,
      sampleRateHz: sampleRate,
      bitrate,
      ...oggOpusEncoder,
      ...(handleEncodedAudio && { handleStream: (audio) => handleEncodedAudio(reqId, audio) }),
    });
}
