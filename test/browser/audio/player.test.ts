import { assert } from 'chai';
import { AudioOutput } from '../../../src/audio/audio-output.js';
import { latencySourceOf, OutputLatencyReader } from '../../../src/audio/output-latency.js';
import { Player } from '../../../src/audio/player.js';
import { Playhead } from '../../../src/audio/playhead.js';
import { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { PlaybackFeed, PlaybackState, PlayheadReport } from '../../../src/shared/contracts/playback-messages.js';
import { DEFAULT_SOUND_SETTINGS } from '../../../src/shared/contracts/sound-settings.js';

const WORKLET_URL = new URL('../../../src/audio/playback.worklet.js', import.meta.url);

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A player as an element has it, with what the workers would hold at the other ends of its ports. */
class Voice {
  readonly states: PlaybackState[] = [];
  readonly reports: { report: PlayheadReport; atMs: number }[] = [];
  readonly playhead = new Playhead();
  readonly player: Player;
  private readonly feedPort: MessagePort;

  static async open(output: AudioOutput): Promise<Voice> {
    return new Voice(await Player.create(output));
  }

  private constructor(player: Player) {
    this.player = player;
    const feed = new MessageChannel();
    const playhead = new MessageChannel();
    this.feedPort = feed.port1;
    player.connectFeed(feed.port2);
    player.connectPlayhead(playhead.port2);
    player.on('state', (state) => this.states.push(state));
    this.playhead.setOutputLatency(player.outputLatencySeconds);
    player.on('latency', (seconds) => this.playhead.setOutputLatency(seconds));
    playhead.port1.onmessage = ({ data }) => {
      this.reports.push({ report: data as PlayheadReport, atMs: performance.now() });
      this.playhead.handleReport(data as PlayheadReport, performance.now());
    };
  }

  speak(round: number, seconds: number): void {
    const length = Math.round(seconds * this.player.sampleRateHz);
    const samples = Float32Array.from({ length }, (_, index) => 0.1 * Math.sin(index / 30));
    const send = (message: PlaybackFeed): void => this.feedPort.postMessage(message);
    send({ type: 'append', round, samples });
    send({ type: 'finish', round });
    send({ type: 'release', round, untilSeconds: Infinity });
  }

  async until(state: PlaybackState['state'], round = 1): Promise<PlaybackState> {
    for (const deadline = performance.now() + 8000; performance.now() < deadline; await wait(5)) {
      const found = this.states.find((entry) => entry.state === state && entry.round === round);
      if (found) return found;
    }
    throw new Error(`no ${state}; got ${this.states.map((entry) => entry.state).join()}`);
  }
}

/** A context's clock moves in bursts of some 20 ms. */
const STEADY_CLOCK_MS = 40;
const FEWEST_READS = 30;

describe('Player', () => {
  let output: AudioOutput;
  let voice: Voice;

  beforeEach(async () => {
    output = new AudioOutput({ workletUrl: WORKLET_URL });
    voice = await Voice.open(output);
  });

  afterEach(() => voice.player.dispose());

  it('plays a round from the first sample to the last', async () => {
    voice.speak(1, 0.4);
    const started = await voice.until('started');
    const ended = await voice.until('ended');
    assert.equal(started.mediaSeconds, 0);
    assert.closeTo(ended.mediaSeconds, 0.4, 1e-4);
    // Longer when the machine was too busy for sound, never shorter.
    assert.isAtLeast(ended.contextSeconds - started.contextSeconds, 0.4 - 1e-4);
    assert.closeTo(voice.player.mediaSeconds(), 0.4, 1e-4);
  });

  it('tells the media time without asking the worklet', async () => {
    voice.speak(1, 3);
    await voice.until('started');
    await wait(500);
    const before = voice.player.mediaSeconds();
    assert.isAbove(before, 0.2);
    assert.isBelow(before, 0.7);
    await wait(200);
    assert.closeTo(voice.player.mediaSeconds() - before, 0.2, 0.08);
    voice.player.pause();
    const paused = await voice.until('paused');
    assert.equal(voice.player.mediaSeconds(), paused.mediaSeconds);
    voice.player.resume();
    await voice.until('resumed');
    await wait(100);
    assert.isAbove(voice.player.mediaSeconds(), paused.mediaSeconds);
  });

  it('reads the latency a few times at first, and hardly ever once it is known', async () => {
    const context = voice.player.captureNode.context as AudioContext;
    const readAtMs: number[] = [];
    const read = context.getOutputTimestamp.bind(context);
    context.getOutputTimestamp = () => {
      readAtMs.push(performance.now());
      return read();
    };
    voice.speak(1, 5);
    await voice.until('ended');
    voice.speak(2, 1);
    await voice.until('ended', 2);
    // Firefox on Linux could hang.
    if (latencySourceOf(context) !== context) return assert.deepEqual(readAtMs, []);
    assert.isAtLeast(readAtMs.length, 2);
    // A timer is late, never early; a round that begins reads once.
    const seldom = readAtMs.filter((atMs, index) => index > 0 && atMs - readAtMs[index - 1] > 1900);
    assert.isAtLeast(seldom.length, 1);
    // Reads that went on as at first would be 120.
    assert.isBelow(readAtMs.length, 40);
  });

  it('interrupts at once', async () => {
    voice.speak(1, 3);
    await voice.until('started');
    await wait(100);
    voice.player.flush(2);
    await voice.until('flushed');
    voice.speak(2, 0.1);
    await voice.until('ended', 2);
  });

  it('stands still while the context is suspended, and loses nothing by it', async () => {
    voice.speak(1, 0.6);
    await voice.until('started');
    await wait(200);
    const context = voice.player.captureNode.context as AudioContext;
    // A busy machine may have stalled at the start already.
    voice.states.length = 0;
    await context.suspend();
    const stalled = await voice.until('stalled');
    await wait(100);
    const media = voice.player.mediaSeconds();
    const shown = voice.playhead.mediaSecondsAt(performance.now() + 1000);
    assert.isBelow(media, 0.6);
    await wait(200);
    assert.equal(voice.player.mediaSeconds(), media);
    assert.equal(voice.playhead.mediaSecondsAt(performance.now() + 1000), shown);
    assert.closeTo(shown, stalled.mediaSeconds, 1e-6);
    await context.resume();
    await voice.until('recovered');
    assert.closeTo((await voice.until('ended')).mediaSeconds, 0.6, 1e-4);
  });

  it('changes the volume without a click', async () => {
    const { captureNode } = voice.player;
    assert.isAtLeast(captureNode.numberOfOutputs, 1);
    voice.speak(1, 1);
    await voice.until('started');
    voice.player.configure({ ...DEFAULT_SOUND_SETTINGS, isMuted: true });
    await wait(100);
    voice.player.configure(DEFAULT_SOUND_SETTINGS);
    await voice.until('ended');
  });

  it('lets the playhead in another thread follow the audible sample', async function () {
    voice.speak(1, 4);
    const started = await voice.until('started');
    const context = voice.player.captureNode.context as AudioContext;
    await wait(1000);
    const reads: { nowMs: number; clockMs: number; shownMs: number; stampedMs: number }[] = [];
    for (const end = performance.now() + 2500; performance.now() < end; await wait(16)) {
      const { contextTime = 0, performanceTime = 0 } = latencySourceOf(context).getOutputTimestamp?.() ?? {};
      const nowMs = performance.now();
      const currentMs = context.currentTime * 1000;
      const stampedMs = contextTime * 1000 + nowMs - performanceTime;
      reads.push({ nowMs, clockMs: currentMs - nowMs, shownMs: voice.playhead.mediaSecondsAt(nowMs) * 1000, stampedMs });
    }
    // Chromium alone tells which sample is heard. Elsewhere it is the context's clock, which moves in bursts: its upper envelope.
    const lagsMs = reads.map(({ nowMs, clockMs, stampedMs }) => nowMs + clockMs - stampedMs);
    const hasStamps = lagsMs.every((lag) => Math.abs(lag) < 500) && lagsMs.some((lag) => lag > 5);
    const latencyMs = voice.player.outputLatencySeconds * 1000;
    const clocksAbout = (atMs: number): number[] => reads.filter(({ nowMs }) => Math.abs(nowMs - atMs) < 300).map(({ clockMs }) => clockMs);
    const envelopeMs = (atMs: number): number => Math.max(...clocksAbout(atMs));
    // Where the sound broke off nobody but a stamp knows which sample is heard.
    const isSteady = (atMs: number): boolean => envelopeMs(atMs) - Math.min(...clocksAbout(atMs)) < STEADY_CLOCK_MS;
    const judged = reads.filter(({ nowMs }) => hasStamps || isSteady(nowMs));
    // A machine that is too busy for its sound tells nothing of the playhead.
    if (judged.length < FEWEST_READS) return this.skip();
    const errors = judged.map(({ nowMs, shownMs, stampedMs }) => {
      const heardMs = hasStamps ? stampedMs : nowMs + envelopeMs(nowMs) - latencyMs;
      return shownMs + started.contextSeconds * 1000 - heardMs;
    });
    const sizes = errors.map(Math.abs).sort((a, b) => a - b);
    // Half a millisecond on a quiet machine; a busy one delays what the page itself reads, most of all where there are no stamps.
    const share = hasStamps ? 0.95 : 0.5;
    const words = `errors ${Math.min(...errors).toFixed(2)} to ${Math.max(...errors).toFixed(2)} ms`;
    assert.isAtMost(sizes[Math.floor(sizes.length * share)], 12, words);
  });
});

describe('AudioOutput', () => {
  it('shares one context, lets it rest after the last player and wakes it for the next', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const blocked: boolean[] = [];
    output.on('blocked', (isBlocked) => blocked.push(isBlocked));
    const [first, second] = await Promise.all([Player.create(output), Player.create(output)]);
    await output.unlock();
    const context = first.captureNode.context as AudioContext;
    assert.equal(second.captureNode.context, context);
    first.dispose();
    first.dispose();
    await wait(100);
    assert.equal(context.state, 'running');
    second.dispose();
    for (const deadline = performance.now() + 5000; context.state !== 'suspended' && performance.now() < deadline; ) await wait(50);
    assert.equal(context.state, 'suspended');
    // Nobody wants sound: a gesture wakes nothing.
    dispatchEvent(new Event('pointerdown'));
    await wait(100);
    assert.equal(context.state, 'suspended');
    const third = await Voice.open(output);
    assert.equal(third.player.captureNode.context, context);
    third.speak(1, 0.2);
    await third.until('ended');
    third.player.dispose();
    await context.close();
    assert.deepEqual(blocked, []);
  });

  it('says playbackInitFailed when the worklet cannot be loaded, and can be tried again', async () => {
    const output = new AudioOutput({ workletUrl: new URL('missing.worklet.js', WORKLET_URL) });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await Player.create(output).then(
        () => null,
        (reason: unknown) => reason,
      );
      assert.instanceOf(error, AvatarError);
      assert.equal((error as AvatarError).code, 'playbackInitFailed');
      assert.include((error as AvatarError).message, 'missing.worklet.js');
    }
    assert.equal(output.sampleRateHz, 0);
  });

  it('tells its players when the context was closed from outside', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const player = await Player.create(output);
    const lost = new Promise<AvatarError>((resolve) => player.on('error', resolve));
    await (player.captureNode.context as AudioContext).close();
    assert.equal((await lost).code, 'playbackInitFailed');
    const successor = await Player.create(output);
    player.dispose();
    assert.notEqual(successor.captureNode.context.state, 'closed');
    successor.dispose();
  });

  it('reports a suspended context as blocked and unlocks it', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const player = await Player.create(output);
    const context = player.captureNode.context as AudioContext;
    await output.unlock();
    assert.isFalse(output.isBlocked);
    const events: boolean[] = [];
    output.on('blocked', (isBlocked) => events.push(isBlocked));
    await context.suspend();
    await wait(20);
    assert.isTrue(output.isBlocked);
    dispatchEvent(new Event('pointerdown'));
    // Some devices take a second to start.
    for (const deadline = performance.now() + 5000; output.isBlocked && performance.now() < deadline; ) await wait(20);
    assert.isFalse(output.isBlocked);
    assert.deepEqual(events, [true, false]);
    player.dispose();
  });

  it('refuses to unlock what does not exist', async () => {
    const output = new AudioOutput({ workletUrl: WORKLET_URL });
    const error = await output.unlock().then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.equal((error as AvatarError).code, 'audioContextNotInitialized');
  });
});

describe('OutputLatencyReader', () => {
  const source = { currentTime: 10, outputLatency: 0.04, baseLatency: 0.01 };

  it('prefers a sane output timestamp', () => {
    const reader = new OutputLatencyReader({
      ...source,
      getOutputTimestamp: () => ({ contextTime: 9.964, performanceTime: 5000 }),
    });
    assert.closeTo(reader.read(5000), 0.036, 1e-9);
    assert.closeTo(reader.read(5010), 0.036, 1e-9, 'the largest of the window counts');
  });

  it('falls back to outputLatency for a timestamp without correction or from the future', () => {
    for (const performanceTime of [5000, 15000]) {
      const reader = new OutputLatencyReader({
        ...source,
        getOutputTimestamp: () => ({ contextTime: 10, performanceTime }),
      });
      assert.equal(reader.read(5000), 0.04);
    }
  });

  it('falls back to baseLatency, then 0', () => {
    assert.equal(new OutputLatencyReader({ currentTime: 1, outputLatency: 0, baseLatency: 0.01 }).read(1), 0.01);
    assert.equal(new OutputLatencyReader({ currentTime: 1 }).read(1), 0);
  });

  it('follows a device change at once', () => {
    let latency = 0.2;
    const reader = new OutputLatencyReader({
      ...source,
      getOutputTimestamp: () => ({ contextTime: 10 - latency, performanceTime: 5000 }),
    });
    reader.read(5000);
    assert.isFalse(reader.hasJumped);
    latency = 0.03;
    assert.closeTo(reader.read(5000), 0.03, 1e-9);
    assert.isTrue(reader.hasJumped);
    reader.read(5000);
    assert.isFalse(reader.hasJumped);
  });
});
