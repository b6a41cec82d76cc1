/** Opus from the app, chunk by chunk, cut into rounds; decoded in order, while ids are given at once. */

import type { OpusStream } from '../../audio/opus-stream.js';
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { createLogId } from '../../shared/core/ids.js';
import { bytesOf, type PcmInput } from './pcm-input.js';
import type { SpeechReceiver } from './speech-input.js';

const RATE_HZ = 48_000;

interface OpusRound {
  readonly conversationId: string;
  /** Settles when what came so far is decoded. */
  work: Promise<void>;
  stream: OpusStream | null;
  isOpen: boolean;
  isDropped: boolean;
}

export class OpusInput {
  private readonly receiver: SpeechReceiver;
  /** The newest round; after its end it may still be decoded. */
  private current: OpusRound | null = null;

  constructor(receiver: SpeechReceiver) {
    this.receiver = receiver;
  }

  /**
   * @param isEnd Closes the round; the chunk may be empty then.
   * @returns The round's id; null for an empty chunk that belongs to none.
   */
  send(audio: PcmInput, isEnd: boolean): string | null {
    const bytes = bytesOf(audio).slice();
    if (!this.current?.isOpen) {
      if (bytes.length === 0) return null;
      this.drop();
      this.current = { conversationId: createLogId(), work: Promise.resolve(), stream: null, isOpen: true, isDropped: false };
      // Opens the round at once: its motion may come before its sound is decoded.
      this.receiver.receiveSpeech(this.current.conversationId, new Int16Array(0), RATE_HZ, false);
    }
    const round = this.current;
    round.isOpen = !isEnd;
    round.work = round.work.then(() => this.decode(round, bytes, isEnd)).catch((reason: unknown) => this.fail(round, reason));
    return round.conversationId;
  }

  /** Drops the current round; the next chunk opens a new one. */
  drop(): void {
    if (this.current) close(this.current);
    this.current = null;
  }

  private async decode(round: OpusRound, bytes: Uint8Array, isEnd: boolean): Promise<void> {
    if (round.isDropped) return;
    const { OpusStream } = await import('../../audio/opus-stream.js');
    if (round.isDropped) return;
    round.stream ??= new OpusStream(
      (samples) => round.isDropped || this.receiver.receiveSpeech(round.conversationId, samples, RATE_HZ, false),
    );
    round.stream.push(bytes);
    if (!isEnd) return;
    await round.stream.end();
    if (round.isDropped) return;
    this.receiver.receiveSpeech(round.conversationId, new Int16Array(0), RATE_HZ, true);
    close(round);
  }

  private fail(round: OpusRound, reason: unknown): void {
    if (round.isDropped) return;
    close(round);
    this.receiver.handleError(avatarErrorFrom(reason, ErrorCode.invalidAudioInput));
  }
}

function close(round: OpusRound): void {
  round.isDropped = true;
  round.isOpen = false;
  round.stream?.close();
}
