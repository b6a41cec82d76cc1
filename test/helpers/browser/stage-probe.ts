import { asset } from '../../../src/assets/asset-urls.js';
import { AddOnLoader } from '../../../src/render/add-ons.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, type Channel } from '../../../src/shared/contracts/channels.js';
import type { AvatarError } from '../../../src/shared/contracts/errors.js';
import type { PlayheadReport } from '../../../src/shared/contracts/playback-messages.js';
import type { AddOnName, Stage, StageListener, StageOptions } from '../../../src/shared/contracts/stage.js';
import { DEFAULT_STAGE_SETTINGS } from '../../../src/shared/contracts/stage-settings.js';

/** Built before the tests by `scripts/build-avatars.js`. */
export const ARIA_URL = new URL('/dist/avatars/aria.glb', location.href).href;

const locateAddOn = (name: AddOnName) => asset(`workers/${name}.add-on.js`).locate();
export const ADD_ONS = new AddOnLoader(locateAddOn);

type CreateStage = (options: StageOptions, listener: StageListener) => Stage | Promise<Stage>;

/** A stage with the other ends of its ports: the test plays worklet and motion worker. */
export class StageProbe implements StageListener {
  readonly canvas = document.createElement('canvas');
  readonly events: string[] = [];
  readonly errors: AvatarError[] = [];
  progress = 0;
  stage!: Stage;
  private readonly playhead = new MessageChannel();
  private readonly motion = new MessageChannel();
  private timer = 0;

  static async open(create: CreateStage, options: Partial<StageOptions> = {}): Promise<StageProbe> {
    const probe = new StageProbe();
    document.body.append(probe.canvas);
    probe.stage = await create(
      {
        canvas: probe.canvas,
        width: 160,
        height: 160,
        pixelRatio: 1,
        renderer: 'webgl',
        settings: { ...DEFAULT_STAGE_SETTINGS, motionStyle: 'calm' },
        seed: 1,
        ...options,
        playheadPort: probe.playhead.port2,
        motionPort: probe.motion.port2,
      },
      probe,
    );
    return probe;
  }

  handleLoadProgress(fraction: number): void {
    this.progress = fraction;
  }
  handleFirstFrame(): void {
    this.events.push('first frame');
  }
  handleContextLost(): void {
    this.events.push('lost');
  }
  handleContextRestored(): void {
    this.events.push('restored');
  }
  handleDeviceLost(): void {
    this.events.push('device lost');
  }
  handleError(error: AvatarError): void {
    this.errors.push(error);
  }
  readonly locateAddOn = locateAddOn;

  /** Sends one pose for the whole round and lets the round play from now on. */
  play(round: number, pose: Partial<Record<Channel, number>>, seconds = 20): void {
    const frameCount = seconds * 50;
    const values = new Float32Array(frameCount * CHANNEL_COUNT);
    for (const [name, value] of Object.entries(pose)) {
      for (let frame = 0; frame < frameCount; frame++) values[frame * CHANNEL_COUNT + CHANNEL_INDEX[name as Channel]] = value;
    }
    this.motion.port1.postMessage({ type: 'frames', round, frames: { frameRate: 50, startFrame: 0, frameCount, values } });
    const startMs = performance.now();
    const report = () => this.report({ round, mediaSeconds: (performance.now() - startMs) / 1000, isAdvancing: true });
    report();
    clearInterval(this.timer);
    this.timer = window.setInterval(report, 20);
  }

  flush(beforeRound: number): void {
    clearInterval(this.timer);
    this.motion.port1.postMessage({ type: 'flush', beforeRound });
  }

  report(report: Partial<PlayheadReport>): void {
    const now = {
      round: 1,
      contextSeconds: performance.now() / 1000,
      mediaSeconds: 0,
      isAdvancing: false,
      isOver: false,
      isInterrupted: false,
      isPaused: false,
    };
    this.playhead.port1.postMessage({ ...now, ...report });
  }

  /** Polls `check` once per frame. */
  async until(check: () => boolean | Promise<boolean>, limitMs = 8000): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (!(await check())) {
      if (performance.now() > endMs) throw new Error(`not within ${limitMs} ms: ${check}`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  async frames(count: number): Promise<void> {
    const { framesDrawn } = await this.stage.stats();
    await this.until(async () => (await this.stage.stats()).framesDrawn >= framesDrawn + count);
  }

  /** The drawn picture, straight alpha. */
  async picture(): Promise<ImageData> {
    const bitmap = await createImageBitmap(await this.stage.toBlob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  }

  close(): void {
    clearInterval(this.timer);
    this.stage.dispose();
    this.canvas.remove();
    this.playhead.port1.close();
    this.motion.port1.close();
  }
}

/** Share of pixels that differ visibly between two pictures of one size. */
export function difference(a: ImageData, b: ImageData): number {
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4) {
    const distance =
      Math.abs(a.data[at] - b.data[at]) + Math.abs(a.data[at + 1] - b.data[at + 1]) + Math.abs(a.data[at + 2] - b.data[at + 2]);
    if (distance > 40) count++;
  }
  return count / (a.data.length / 4);
}

export const alphaAt = (picture: ImageData, x: number, y: number) => picture.data[(y * picture.width + x) * 4 + 3];
