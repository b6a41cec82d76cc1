import { EncodedUplink, PcmUplink, type AudioUplink } from './audio-uplink.js';
import type { PublicSessionConfig } from './session-config.js';

/** What turns a request's audio into what was announced to the server. */
export function uplinkFactory(config: PublicSessionConfig): (reqId: string) => AudioUplink {
  const { audioFormat, sampleRate } = config;
  if (audioFormat === 'pcm_s16le') return () => new PcmUplink(sampleRate);
  return () => new EncodedUplink();
}
