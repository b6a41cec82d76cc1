/** A session borrowed from a pool. */
import type { AudioSource } from './audio-source.js';
import type { AvatarSession } from './avatar-session.js';
import { AvatarSDKError, AvatarSDKErrorCode } from './sdk-error.js';
import type { SpeakOptions, Speech } from './speech.js';

export class PooledSession {
  readonly connectionId: string | null;
  private session: AvatarSession | null;
  private readonly giveBack: () => void;
  /** Interrupts running speeches when the session is released. */
  private readonly loan = new AbortController();

  constructor(session: AvatarSession, giveBack: () => void) {
    this.session = session;
    this.connectionId = session.connectionId;
    this.giveBack = giveBack;
  }

  /** As `AvatarSession.speak()`. @throws {AvatarSDKError} `invalidRequest` after `release()`. */
  speak(audio: AudioSource, { signal }: SpeakOptions = {}): Speech {
    if (!this.session)
      throw new AvatarSDKError(AvatarSDKErrorCode.invalidRequest, 'the session has been released', { phase: 'websocket_send' });
    return this.session.speak(audio, { signal: signal ? AbortSignal.any([signal, this.loan.signal]) : this.loan.signal });
  }

  /** Returns the session to the pool; running speeches are interrupted. Further calls do nothing. */
  release(): void {
    if (!this.session) return;
    this.session = null;
    this.loan.abort();
    this.giveBack();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
