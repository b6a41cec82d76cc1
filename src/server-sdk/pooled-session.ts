/** A session on loan. */
import type { AudioSource } from './audio-source.js';
import type { AvatarSession } from './avatar-session.js';
import { AvatarSDKError, AvatarSDKErrorCode } from './sdk-error.js';
import type { SpeakOptions, Speech } from './speech.js';

export class PooledSession {
  readonly connectionId: string | null;
  private session: AvatarSession | null;
  private readonly giveBack: () => void;
  /** Ends what is being said when the session is given back. */
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

  /** Gives the session back; what is still being said is interrupted. Further calls do nothing. */
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
