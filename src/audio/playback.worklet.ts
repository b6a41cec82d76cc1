/**
 * The playback worklet: connects a `PlaybackQueue` to the audio graph and to its ports. One per element.
 *
 * Ports: the node's own takes `PlaybackControl` from the page and returns `PlaybackState`; `connect` transfers the ports of the
 * feed and the playhead, directly from and to the workers, so that nothing passes through the page while speech plays. The node's
 * input is live speech, used while a round listens.
 */

import type {
  HeardSpeech,
  LiveSilence,
  PlaybackControl,
  PlaybackFeed,
  PlaybackLog,
  PlaybackState,
  PlayheadReport,
} from '../shared/contracts/playback-messages.js';
import { log } from '../shared/core/log.js';
import { LevelGate } from './level-gate.js';
import { LiveInput } from './live-input.js';
import { PlaybackQueue } from './playback-queue.js';

/** Zeros of a live source that are reported, s; a running source soon brings at least noise. */
const ZEROS_SECONDS = 0.8;

class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly queue = new PlaybackQueue(sampleRate, this);
  private feed: WorkletPort | null = null;
  private playhead: WorkletPort | null = null;
  private live: LiveInput | null = null;
  private level = new LevelGate(sampleRate);
  private isLiveSilent = false;
  private framesToZeros = 0;
  private isAlive = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.handleControl(data as PlaybackControl);
    log.connect('audio', (logRecord) => this.port.postMessage({ logRecord } satisfies PlaybackLog));
  }

  handleState(state: PlaybackState): void {
    this.port.postMessage(state);
    log.info(`playback ${state.state}`, { round: state.round, mediaSeconds: state.mediaSeconds });
  }

  handlePlayhead(report: PlayheadReport): void {
    this.playhead?.postMessage(report);
  }

  handleHeard(heard: HeardSpeech): void {
    this.feed?.postMessage(heard);
  }

  handleFeed(message: PlaybackFeed): void {
    this.queue.handleFeed(message);
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const { live } = this;
    if (live) this.hear(live, inputs[0][0], outputs[0][0].length);
    this.queue.process(outputs[0][0], currentFrame);
    const isVoiced = live?.takeChange(this.queue.playedFrames(live.round)) ?? null;
    if (live && isVoiced !== null) this.queue.setVoiced(live.round, isVoiced);
    return this.isAlive;
  }

  private hear(live: LiveInput, input: Float32Array | undefined, frameCount: number): void {
    const { level } = this;
    level.process(input, frameCount);
    if (this.queue.isOpen(live.round)) live.process(input, frameCount);
    if (level.zeroFrames === 0 && this.isLiveSilent) this.reportZeros(false);
    this.framesToZeros = level.zeroFrames === 0 ? ZEROS_SECONDS * sampleRate : this.framesToZeros - frameCount;
    if (this.framesToZeros <= 0) this.reportZeros(true);
  }

  private reportZeros(isLiveSilent: boolean): void {
    this.isLiveSilent = isLiveSilent;
    this.framesToZeros = ZEROS_SECONDS * sampleRate;
    this.port.postMessage({ isLiveSilent } satisfies LiveSilence);
  }

  private handleControl(message: PlaybackControl): void {
    if (message.type === 'connect') this.connect(message.role, message.port as WorkletPort);
    else if (message.type === 'dispose') this.dispose();
    else if (message.type === 'log-level') log.level = message.level;
    else if (message.type === 'listen') this.listen(message);
    else if (message.type === 'stop-listening') this.stopListening(message.round);
    else this.queue.handleControl(message);
  }

  private listen({ round, delaySeconds, isAudible, isContinued }: PlaybackControl & { type: 'listen' }): void {
    if (!isContinued) {
      this.level = new LevelGate(sampleRate);
      this.isLiveSilent = false;
      this.framesToZeros = ZEROS_SECONDS * sampleRate;
    }
    this.live = new LiveInput(round, { delayFrames: Math.ceil(delaySeconds * sampleRate), level: this.level, isContinued }, this);
    this.queue.openLive(round, isAudible);
  }

  private stopListening(round: number): void {
    if (this.live?.round === round) this.live.end();
    if (this.live?.round === round) this.live = null;
  }

  private connect(role: 'feed' | 'playhead', port: WorkletPort): void {
    this[role]?.close();
    this[role] = port;
    if (role === 'feed') port.onmessage = ({ data }) => this.handleFeed(data as PlaybackFeed);
  }

  private dispose(): void {
    this.isAlive = false;
    this.feed?.close();
    this.playhead?.close();
    this.port.close();
  }
}

registerProcessor('spatius-playback', PlaybackProcessor);
