/** Motion that the app brings: to the conversation it belongs to, or discarded and reported. */
import type { SpeechSession } from '../../shared/contracts/speech-session.js';
import type { DiscardedFrames } from '../speech-events.js';
import type { MotionPayloads } from './motion-payloads.js';
import type { Round, Rounds } from './rounds.js';

export class BackendMotion {
  private readonly rounds: Rounds;
  private readonly send: (call: (session: SpeechSession) => void) => void;
  private readonly handleDiscarded: (discarded: DiscardedFrames) => void;
  private entry: Round | null = null;
  private isFinal = false;
  private isAudioOnly = false;
  private _discardedPayloads = 0;

  constructor(
    rounds: Rounds,
    send: (call: (session: SpeechSession) => void) => void,
    handleDiscarded: (discarded: DiscardedFrames) => void,
  ) {
    this.rounds = rounds;
    this.send = send;
    this.handleDiscarded = handleDiscarded;
  }

  /** Payloads that did not belong to the conversation of their time. */
  get discardedPayloads(): number {
    return this._discardedPayloads;
  }

  /** @returns True once the final motion of the conversation has come. */
  receive(conversationId: string, { messages, isFinal }: MotionPayloads): boolean {
    const { newest } = this.rounds;
    if (!newest || newest.isOver || newest.conversationId !== conversationId) {
      return this.discard(conversationId, messages.length, 'not-current');
    }
    if (this.entry !== newest) {
      this.entry = newest;
      this.isFinal = this.isAudioOnly = false;
    }
    if (this.isAudioOnly) return this.discard(conversationId, messages.length, 'audio-only');
    this.send((session) => session.receiveMotion(newest.round, messages));
    this.isFinal ||= isFinal;
    // After the last payload an empty one says nothing new.
    this.isAudioOnly = !this.isFinal && (messages.length === 0 || messages.some(({ length }) => length === 0));
    return this.isFinal;
  }

  private discard(conversationId: string, payloadCount: number, reason: DiscardedFrames['reason']): false {
    this._discardedPayloads += payloadCount;
    this.handleDiscarded({ conversationId, payloadCount, reason });
    return false;
  }
}
