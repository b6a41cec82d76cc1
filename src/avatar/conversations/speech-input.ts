/** Raw PCM from the app, chunk by chunk, cut into conversations. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { createLogId } from '../../shared/core/ids.js';
import { type PcmInput, PcmInputReader } from './pcm-input.js';
import { checkSampleRate } from './speech-checks.js';

/** Plays what was read. */
export interface SpeechReceiver {
  /** Speech of a conversation, in order; an id that is new opens it. The receiver owns `samples`. */
  receiveSpeech(conversationId: string, samples: Int16Array, sampleRateHz: number, isEnd: boolean): void;
  handleError(error: AvatarError): void;
}

/**
 * Returns the id of a chunk's conversation synchronously, also while the receiver is still being loaded.
 * A sample cut by a chunk border is joined.
 */
export class SpeechInput {
  private readonly receiver: SpeechReceiver;
  private current: { conversationId: string; reader: PcmInputReader; hasSamples: boolean } | null = null;

  constructor(receiver: SpeechReceiver) {
    this.receiver = receiver;
  }

  /**
   * @param isEnd Closes the conversation; the chunk may be empty then.
   * @returns The conversation's id; null for an empty chunk that belongs to none.
   * @throws {AvatarError} `unsupportedSampleRate`, `invalidAudioInput` when it begins like an audio file.
   */
  send(audio: PcmInput, sampleRateHz: number, isEnd: boolean): string | null {
    checkSampleRate(sampleRateHz);
    const reader = this.current?.reader ?? new PcmInputReader();
    const samples = reader.read(audio);
    if (!this.current) {
      if (samples.length === 0 && !reader.hasHalfSample) return null;
      this.current = { conversationId: createLogId(), reader, hasSamples: false };
    }
    const { current } = this;
    const { conversationId } = current;
    if (samples.length > 0) current.hasSamples = true;
    if (samples.length > 0 || isEnd) this.receiver.receiveSpeech(conversationId, samples, sampleRateHz, isEnd);
    if (isEnd) {
      this.current = null;
      if (reader.hasHalfSample) {
        this.report(
          ErrorCode.invalidAudioInput,
          'The audio ended within a 16-bit sample: an odd number of bytes in all. The last byte was dropped.',
        );
      }
      if (!current.hasSamples) this.report(ErrorCode.noAudio, 'The conversation ended without audio.');
    }
    return conversationId;
  }

  /** The next chunk opens a new conversation. */
  drop(): void {
    this.current = null;
  }

  private report(code: ErrorCode, message: string): void {
    this.receiver.handleError(new AvatarError(code, message));
  }
}
