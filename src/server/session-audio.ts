import { type AudioReader, PcmReader } from './audio-reader.js';
import { OggOpusReader } from './ogg-opus-reader.js';

/** What a session announced to send. Plain data: it travels between threads. */
export interface SessionAudio {
  /** Ogg Opus; else PCM s16le mono. */
  isOpus: boolean;
  /** Of PCM. */
  sampleRateHz: number;
}

/** A reader for one request. */
export function createAudioReader({ isOpus, sampleRateHz }: SessionAudio): AudioReader {
  return isOpus ? new OggOpusReader() : new PcmReader(sampleRateHz);
}
