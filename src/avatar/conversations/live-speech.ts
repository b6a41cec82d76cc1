/**
 * Speech of a live source: a microphone, a call, an agent's track, a media element.
 *
 * The source is one round as long as it is not interrupted; the worklet tells its utterances apart. An interruption drops the
 * present utterance, and the source goes on as another round.
 */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { SessionLink } from '../connection/session-link.js';
import type { ListenOptions, SpeechOutput } from '../speech-parts.js';
import type { Conversations } from './conversations.js';
import type { Round } from './rounds.js';

/**
 * From live sound heard to played, s: the look-ahead of the engine, 0.11, the pieces it comes in, the work, and the frame it is
 * shown with.
 */
export const LIVE_DELAY_SECONDS = 0.18;
const UNKNOWN_OBSTACLE = 'Nothing but digital silence comes from the live source.';

export class LiveSpeech {
  /** Why nothing is heard, while zeros come from the present source; null otherwise. */
  silence: string | null = null;
  private readonly conversations: Conversations;
  private readonly session: SessionLink;
  private readonly output: SpeechOutput;
  private readonly handleError: (error: AvatarError) => void;

  constructor(conversations: Conversations, session: SessionLink, output: SpeechOutput, handleError: (error: AvatarError) => void) {
    this.conversations = conversations;
    this.session = session;
    this.output = output;
    this.handleError = handleError;
  }

  /** @throws {AvatarError} See `AvatarSpeech.listen`. */
  async speak(source: unknown, { sound, signal }: ListenOptions, isOfSource: boolean): Promise<void> {
    const ending = new AbortController();
    let connecting: Promise<(round: number) => void> | null = null;
    const connect = () =>
      this.output.listen(source, {
        delaySeconds: LIVE_DELAY_SECONDS,
        isAudible: (sound ?? (ownsItsSound(source) ? 'delayed' : 'elsewhere')) === 'delayed',
        signal: ending.signal,
        handleSilence: (isSilent, obstacle) => this.handleSilence(isSilent, obstacle),
      });
    const play = async (entry: Round): Promise<void> => {
      entry.isLive = true;
      await (await this.session[isOfSource ? 'live' : 'speech']()).listen(entry.round);
      if (entry.isOver) return;
      const feed = await (connecting ??= connect());
      if (!entry.isOver) feed(entry.round);
    };
    try {
      while (await this.isInterrupted(signal, play));
    } finally {
      ending.abort();
      this.silence = null;
    }
  }

  /** Plays until the source ends, or resolves to true where `interrupt()` came first and nothing else has begun since. */
  private async isInterrupted(signal: AbortSignal | undefined, play: (entry: Round) => Promise<void>): Promise<boolean> {
    let round: Round | null = null;
    try {
      await this.conversations.untilHeard(signal, (entry) => {
        round = entry;
        return play(entry);
      });
      return false;
    } catch (error) {
      const { newest } = this.conversations.rounds;
      if (!newest?.isContinued || newest !== round) throw error;
      return true;
    }
  }

  private handleSilence(isSilent: boolean, obstacle: string | null): void {
    const before = this.silence;
    this.silence = isSilent ? (obstacle ?? UNKNOWN_OBSTACLE) : null;
    if (obstacle && obstacle !== before) this.handleError(new AvatarError(ErrorCode.noAudio, obstacle));
  }
}

/** A media element whose own sound the avatar's takes the place of; one that plays a stream muted is heard elsewhere. */
function ownsItsSound(source: unknown): boolean {
  return typeof HTMLMediaElement !== 'undefined' && source instanceof HTMLMediaElement && !(source.srcObject && source.muted);
}
