import type { StageStats } from '../shared/contracts/stage.js';

/** Frames over the last two seconds. */
export interface FrameRateInfo {
  /** Drawn per second; NaN while nothing is drawn. */
  readonly fps: number;
  /** Shown per second: the renderer draws once per picture of the display, so the same figure. */
  readonly presentationFps: number;
  /** CPU time of one frame in the render thread, ms, median. */
  readonly frameCpuMs: number;
}

/** As long as the window of the renderer's own figures. */
const INTERVAL_MS = 2000;

/** Asks the renderer for its figures while on. */
export class FrameRateMonitor {
  private readonly figures: () => Promise<StageStats | null>;
  private readonly handleInfo: (info: FrameRateInfo) => void;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(figures: () => Promise<StageStats | null>, handleInfo: (info: FrameRateInfo) => void) {
    this.figures = figures;
    this.handleInfo = handleInfo;
  }

  get isOn(): boolean {
    return this.timer !== undefined;
  }

  set isOn(isOn: boolean) {
    if (isOn === this.isOn) return;
    clearInterval(this.timer);
    this.timer = isOn ? setInterval(() => void this.read(), INTERVAL_MS) : undefined;
  }

  private async read(): Promise<void> {
    // A renderer that has died is replaced; the next reading finds the new one.
    const stats = await this.figures().catch(() => null);
    if (!this.isOn || !stats) return;
    const fps = stats.framesPerSecond || NaN;
    this.handleInfo({ fps, presentationFps: fps, frameCpuMs: stats.frameCpuMs });
  }
}
