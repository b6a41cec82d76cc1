/** Stand-ins for the parts of an avatar's speech. */
import type { AvatarOptions } from '../../../src/avatar/avatar-options.js';
import { AvatarSpeech } from '../../../src/avatar/avatar-speech.js';
import type { PcmInput } from '../../../src/avatar/conversations/pcm-input.js';
import { SpeechInput } from '../../../src/avatar/conversations/speech-input.js';
import type { LiveOutputOptions, SpeechOutput, SpeechParts } from '../../../src/avatar/speech-parts.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { SessionStats } from '../../../src/shared/contracts/session.js';
import type { WorkerSourceOptions } from '../../../src/shared/contracts/source-options.js';
import type { SpeechManner } from '../../../src/shared/contracts/speech-manner.js';
import type { SpeechSession } from '../../../src/shared/contracts/speech-session.js';
import { type Expression, expressionFrom } from '../../../src/shared/contracts/speech-style.js';
// Loaded on demand elsewhere; being here already, they come within one turn.
import '../../../src/avatar/connection/motion-source.js';
import '../../../src/avatar/conversations/live-speech.js';

interface Appended {
  round: number;
  samples: number[];
  rate: number;
  isEnd: boolean;
}

/** Keeps what it is told, connects when the test says so. */
export class FakeSession implements SpeechSession {
  readonly appended: Appended[] = [];
  readonly calls: string[] = [];
  readonly expressions: Expression[] = [];
  sources: WorkerSourceOptions[] = [];
  opening: { resolve: () => void; reject: (error: Error) => void } | null = null;

  open(): Promise<void> {
    this.calls.push('open');
    return new Promise((resolve, reject) => (this.opening = { resolve, reject }));
  }
  async begin(round: number, manner: SpeechManner): Promise<void> {
    this.calls.push(`begin ${round} ${JSON.stringify(manner)} after ${this.appended.length}`);
    expressionFrom(manner);
  }
  append(round: number, samples: Int16Array | Float32Array, rate: number, isEnd: boolean): void {
    this.appended.push({ round, samples: [...samples], rate, isEnd });
  }
  async listen(round: number): Promise<void> {
    this.calls.push(`listen ${round}`);
  }
  receiveMotion(round: number, messages: Uint8Array[]): void {
    this.calls.push(`motion ${round}: ${messages.map((message) => message.join(' ')).join(', ')}`);
  }
  interrupt(beforeRound: number): void {
    this.calls.push(`interrupt ${beforeRound}`);
  }
  setSource(source: WorkerSourceOptions): void {
    this.calls.push('setSource');
    this.sources.push(source);
  }
  setExpression(expression: Expression): void {
    this.expressions.push(expression);
  }
  setFrameStarvation(mode: string): void {
    this.calls.push(mode);
  }
  async stats(): Promise<SessionStats> {
    return { motionBytes: 7, motionSeconds: 1, firstMotionMs: 2, discardedMessages: 0, reconnects: 0 };
  }
  close(): void {
    this.calls.push('close');
    this.opening?.reject(new AvatarError('aborted', 'closed'));
  }
  dispose(): void {
    this.calls.push('dispose');
  }
}

export class FakeOutput implements SpeechOutput {
  readonly calls: string[] = [];
  async unlock(): Promise<void> {
    this.calls.push('unlock');
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
  flush(beforeRound: number): void {
    this.calls.push(`flush ${beforeRound}`);
  }
  /** Of the newest live source. */
  live: LiveOutputOptions | null = null;
  async listen(source: unknown, options: LiveOutputOptions): Promise<(round: number) => void> {
    this.live = options;
    this.calls.push(`connect ${String(source)}`);
    return (round) => this.calls.push(`listen ${round} to ${String(source)}${options.isAudible ? ' aloud' : ''}`);
  }
  media = 1.5;
  mediaSeconds(): number {
    return this.media;
  }
}

/** An `AvatarSpeech` with the input that the element and AvatarKit read raw speech with. */
export class TestSpeech extends AvatarSpeech {
  readonly rawInput: SpeechInput;
  private readonly sampleRateHz: number;

  constructor(parts: SpeechParts, options: Partial<AvatarOptions>) {
    const input: SpeechInput = new SpeechInput({
      receiveSpeech: (...chunk) => this.receiveSpeech(...chunk),
      handleError: (error) => this.handleError(error),
    });
    super(parts, options, input);
    this.rawInput = input;
    this.sampleRateHz = options.sampleRateHz ?? 16_000;
  }

  send(pcm: PcmInput, isEnd = false): string | null {
    return this.rawInput.send(pcm, this.sampleRateHz, isEnd);
  }
}

/** What was asked for has been done. The module is loaded on demand, and later requests are answered later. */
export async function settled(): Promise<void> {
  await import('../../../src/avatar/conversations/live-speech.js');
  await import('../../../src/avatar/connection/motion-source.js');
  await new Promise((resolve) => setTimeout(resolve, 0));
}
