import { assert } from 'chai';
import type { PlaybackFeed, PlaybackState, PlayheadReport } from '../../../src/shared/contracts/playback-messages.js';

const RATE = 48000;
const WORKLET_URL = new URL('../../../src/audio/playback.worklet.js', import.meta.url).href;

function tone(count: number, hertz = 220): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => 0.8 * Math.sin((2 * Math.PI * hertz * index) / RATE));
}

function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let index = 1; index < samples.length; index++) {
    largest = Math.max(largest, Math.abs(samples[index] - samples[index - 1]));
  }
  return largest;
}

/** Firefox has no way to stop such a context at a sample. */
const itWithSuspend = 'suspend' in OfflineAudioContext.prototype ? it : it.skip;

/** The real worklet in a context that renders into memory: every sample can be looked at. */
class Bench {
  readonly states: PlaybackState[] = [];
  readonly reports: PlayheadReport[] = [];
  readonly context: OfflineAudioContext;
  readonly node: AudioWorkletNode;
  private readonly feedPort: MessagePort;

  static async open(seconds: number): Promise<Bench> {
    const context = new OfflineAudioContext(1, seconds * RATE, RATE);
    await context.audioWorklet.addModule(WORKLET_URL);
    return new Bench(context);
  }

  private constructor(context: OfflineAudioContext) {
    this.context = context;
    this.node = new AudioWorkletNode(context, 'spatius-playback', { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.connect(context.destination);
    this.node.port.onmessage = ({ data }) => this.states.push(data as PlaybackState);
    const feed = new MessageChannel();
    const playhead = new MessageChannel();
    this.feedPort = feed.port1;
    // First, so that nothing is fed before somebody listens.
    this.node.port.postMessage({ type: 'connect', role: 'playhead', port: playhead.port2 }, [playhead.port2]);
    this.node.port.postMessage({ type: 'connect', role: 'feed', port: feed.port2 }, [feed.port2]);
    playhead.port1.onmessage = ({ data }) => this.reports.push(data as PlayheadReport);
  }

  feed(message: PlaybackFeed): void {
    this.feedPort.postMessage(message);
  }

  /** Waits for the worklet to have reported something: it runs in its own time. */
  async until(isTrue: () => boolean): Promise<void> {
    for (const deadline = performance.now() + 5000; !isTrue(); ) {
      if (performance.now() > deadline) throw new Error(`never happened; states: ${JSON.stringify(this.states)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Feeds a released round, and waits until the worklet has it. */
  async load(round: number, samples: Float32Array): Promise<void> {
    this.feed({ type: 'release', round, untilSeconds: Infinity });
    this.feed({ type: 'append', round, samples });
    this.feed({ type: 'finish', round });
    await this.until(() => this.reports.some((report) => report.round === round));
    // The other two messages came through the same port right after.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('playback worklet', () => {
  it('puts out exactly the samples it was fed and reports start, end and the playhead', async () => {
    const bench = await Bench.open(1);
    const source = tone(RATE / 2);
    await bench.load(1, source);
    const heard = (await bench.context.startRendering()).getChannelData(0);
    assert.deepEqual(heard.slice(200, source.length - 200), source.slice(200, source.length - 200));
    assert.isTrue(heard.slice(source.length).every((sample) => sample === 0));
    await bench.until(() => bench.states.length === 2);
    assert.deepEqual(
      bench.states.map(({ state, mediaSeconds }) => [state, mediaSeconds]),
      [
        ['started', 0],
        ['ended', 0.5],
      ],
    );
    await bench.until(() => bench.reports.at(-1)?.isOver === true);
    assert.isAtLeast(bench.reports.length, Math.floor(RATE / 2 / 128 / 7));
  });

  itWithSuspend('falls silent within 9 ms of a flush, without a click', async () => {
    const bench = await Bench.open(1);
    const source = tone(RATE);
    await bench.load(1, source);
    const cut = 24064;
    void bench.context.suspend(cut / RATE).then(async () => {
      bench.node.port.postMessage({ type: 'flush', beforeRound: 2 });
      await bench.until(() => bench.states.at(-1)?.state === 'flushed');
      await bench.context.resume();
    });
    const heard = (await bench.context.startRendering()).getChannelData(0);
    const last = heard.findLastIndex((sample) => sample !== 0);
    assert.isAtLeast(last, cut);
    assert.isAtMost((last - cut) / RATE, 0.009);
    assert.isBelow(largestStep(heard), largestStep(source) * 1.02);
  });

  itWithSuspend('replaces a round by a newer one that arrives, without a click', async () => {
    const bench = await Bench.open(1);
    await bench.load(1, tone(RATE));
    void bench.context.suspend(24064 / RATE).then(async () => {
      await bench.load(2, tone(4800));
      await bench.context.resume();
    });
    const heard = (await bench.context.startRendering()).getChannelData(0);
    await bench.until(() => bench.states.at(-1)?.state === 'ended');
    assert.deepEqual(
      bench.states.map(({ round, state }) => `${round}:${state}`),
      ['1:started', '1:flushed', '2:started', '2:ended'],
    );
    assert.isBelow(largestStep(heard), 0.05);
    assert.isAtMost(
      heard.findLastIndex((sample) => sample !== 0),
      24064 + 4800,
    );
  });

  itWithSuspend('stops for good when disposed', async () => {
    const bench = await Bench.open(1);
    await bench.load(1, tone(RATE));
    void bench.context.suspend(24064 / RATE).then(async () => {
      bench.node.port.postMessage({ type: 'dispose' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      await bench.context.resume();
    });
    const heard = (await bench.context.startRendering()).getChannelData(0);
    assert.isTrue(heard.slice(24064 + 128).every((sample) => sample === 0));
  });
});
