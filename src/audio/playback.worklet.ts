/**
 * The playback worklet: joins a `PlaybackQueue` to the audio graph and to its ports. One per element.
 *
 * Ports: the node's own takes `PlaybackControl` from the page and returns `PlaybackState`; `connect` brings the feed's
 * and the playhead's, straight from and to the workers, so that nothing passes through the page while speech plays.
 */
import { PlaybackQueue } from './playback-queue.js';
import type { PlaybackControl, PlaybackFeed, PlaybackState, PlayheadReport } from '../shared/playback-messages.js';

class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly queue = new PlaybackQueue(sampleRate, this);
  private feed: WorkletPort | null = null;
  private playhead: WorkletPort | null = null;
  private isAlive = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.handleControl(data as PlaybackControl);
  }

  handleState(state: PlaybackState): void {
    this.port.postMessage(state);
  }

  handlePlayhead(report: PlayheadReport): void {
    this.playhead?.postMessage(report);
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    this.queue.process(outputs[0][0], currentFrame);
    return this.isAlive;
  }

  private handleControl(message: PlaybackControl): void {
    if (message.type === 'connect') this.connect(message.role, message.port as WorkletPort);
    else if (message.type === 'dispose') this.dispose();
    else this.queue.handleControl(message);
  }

  private connect(role: 'feed' | 'playhead', port: WorkletPort): void {
    this[role]?.close();
    this[role] = port;
    if (role === 'feed') port.onmessage = ({ data }) => this.queue.handleFeed(data as PlaybackFeed);
  }

  private dispose(): void {
    this.isAlive = false;
    this.feed?.close();
    this.playhead?.close();
    this.port.close();
  }
}

registerProcessor('spatius-playback', PlaybackProcessor);
