import { type AudioReader, PcmReader } from './audio-reader.js';
import { OggOpusReader } from './ogg-opus-reader.js';

/** Audio format of a session. Plain data, because it travels between threads. */
export interface SessionAudio {
  /** Ogg Opus; else PCM s16le mono. */
  isOpus: boolean;
  /** Rate of PCM, Hz. */
  sampleRateHz: number;
}

/** A reader for one request. */
export function createAudioReader({ isOpus, sampleRateHz }: SessionAudio): AudioReader {
  return isOpus ? new OggOpusReader() : new PcmReader(sampleRateHz);
}
