/** Stands in for `<spatius-avatar>`: keeps what it is given, and plays when the test says so. */
import type { AgentAvatar, Heard } from '../../../src/agents/agent-avatar.js';

export interface FakeSpeech {
  readonly options: { sampleRateHz?: number };
  /** Bytes so far. */
  bytes: number;
  hasEnded: boolean;
  end(error?: Error): void;
}

export class FakeAvatar extends EventTarget implements AgentAvatar {
  conversationState: 'idle' | 'playing' | 'paused' = 'idle';
  currentTime = 0;
  listening = false;
  mood = 'neutral';
  gaze = 'viewer';
  readonly speeches: FakeSpeech[] = [];
  readonly cues: { start: number; end: number; text: string }[] = [];
  readonly live: { source: unknown; signal: AbortSignal | undefined }[] = [];
  readonly attributes = new Map<string, string>();

  speak(source: unknown, options: object = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const speech: FakeSpeech = {
        options,
        bytes: 0,
        hasEnded: false,
        end: (error) => {
          if (error) reject(error);
          else resolve();
        },
      };
      this.speeches.push(speech);
      void this.read(source as ReadableStream<Uint8Array>, speech);
    });
  }

  private async read(stream: ReadableStream<Uint8Array>, speech: FakeSpeech): Promise<void> {
    const reader = stream.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) speech.bytes += piece.value.length;
    speech.hasEnded = true;
  }

  async speakLive(source: unknown, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
    this.live.push({ source, signal });
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
  }

  async addCue(cue: { start: number; end: number; text: string }): Promise<void> {
    this.cues.push(cue);
  }

  interrupt(): Heard | null {
    const speech = this.speeches.at(-1);
    const isSpeaking = speech !== undefined && this.conversationState === 'playing';
    if (!isSpeaking) return null;
    const interruption: Heard = {
      conversationId: 'conversation',
      turnId: null,
      itemId: null,
      heardSeconds: this.currentTime,
      itemSeconds: this.currentTime,
      heardText: null,
    };
    this.dispatchEvent(Object.assign(new Event('avatar-interrupted'), { interruption }));
    this.play('idle');
    speech.end(new Error('interrupted'));
    return interruption;
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  /** The newest speech begins to be heard, or is over. */
  play(state: 'idle' | 'playing'): void {
    this.conversationState = state;
    this.dispatchEvent(Object.assign(new Event('avatar-conversation-state'), { state, conversationId: 'conversation' }));
  }

  stall(isStalled: boolean): void {
    this.dispatchEvent(Object.assign(new Event('avatar-playback-stall'), { isStalled }));
  }
}

/** All that is under way has been done. */
export async function settled(ms = 0): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Base64 of silence at 24 kHz. */
export function silence(seconds: number): string {
  return btoa('\0'.repeat(Math.round(seconds * 24_000) * 2));
}
