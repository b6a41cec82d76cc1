/**
 * The capture worklet's two processors.
 *
 * `spatius-capture` forwards its input, mixed to mono, as `Float32Array` of about 20 ms through its port.
 * Any message ends it: it sends the rest, then null.
 *
 * `spatius-voice-activity` compares a microphone (first input) with the loudspeaker's signal (second), both mono, and reports
 * through its port whether the user speaks. Any message ends it.
 */
import { VoiceActivity } from './voice-activity.js';

const CHUNK_QUANTA = 8;
/** A silent quantum: Firefox passes no channel for silence, but silence during playback is a measurement of the echo. */
const SILENCE = new Float32Array(128);

class CaptureProcessor extends AudioWorkletProcessor {
  private chunk = new Float32Array(0);
  private filled = 0;
  private isAlive = true;

  constructor() {
    super();
    this.port.onmessage = () => this.end();
  }

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0];
    // Without a connected source there is no channel.
    if (channels.length > 0 && this.isAlive) this.record(channels);
    return this.isAlive;
  }

  private record(channels: Float32Array[]): void {
    const { length } = channels[0];
    if (this.chunk.length === 0) this.chunk = new Float32Array(length * CHUNK_QUANTA);
    for (let index = 0; index < length; index++) {
      let sum = 0;
      for (let channel = 0; channel < channels.length; channel++) sum += channels[channel][index];
      this.chunk[this.filled++] = sum / channels.length;
    }
    if (this.filled === this.chunk.length) this.send();
  }

  private end(): void {
    this.isAlive = false;
    if (this.filled > 0) this.send();
    this.port.postMessage(null);
    this.port.close();
  }

  private send(): void {
    const samples = this.filled === this.chunk.length ? this.chunk : this.chunk.slice(0, this.filled);
    this.port.postMessage(samples, [samples.buffer]);
    // The sent buffer was transferred.
    this.chunk = new Float32Array(0);
    this.filled = 0;
  }
}

class VoiceActivityProcessor extends AudioWorkletProcessor {
  private readonly activity = new VoiceActivity(sampleRate, this);
  private isAlive = true;

  constructor() {
    super();
    this.port.onmessage = () => (this.isAlive = false);
  }

  handleVoice(isSpeaking: boolean): void {
    this.port.postMessage(isSpeaking);
  }

  process([microphone, loudspeaker]: Float32Array[][]): boolean {
    if (this.isAlive) this.activity.process(microphone[0] ?? SILENCE, loudspeaker[0]);
    return this.isAlive;
  }
}

registerProcessor('spatius-capture', CaptureProcessor);
registerProcessor('spatius-voice-activity', VoiceActivityProcessor);
