/**
 * Calls back once per frame of the display while the stage is visible. Works in a worker and on the page. Timestamps
 * are on the clock of `performance.now()`.
 */
export class FrameLoop {
  private readonly draw: (timestampMs: number) => void;
  private isRunning = false;
  private request = 0;
  private readonly step: (timestampMs: number) => void;

  constructor(draw: (timestampMs: number) => void) {
    this.draw = draw;
    this.step = (timestampMs) => {
      if (!this.isRunning) return;
      this.request = requestFrame(this.step);
      const nowMs = performance.now();
      // In some browsers, timestamps in a worker count from the page's time origin.
      this.draw(Math.abs(timestampMs - nowMs) < 100 ? timestampMs : nowMs);
    };
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.request = requestFrame(this.step);
  }

  stop(): void {
    this.isRunning = false;
    cancelFrame(this.request);
  }
}

const FALLBACK_INTERVAL_MS = 16;
const hasFrames = typeof globalThis.requestAnimationFrame === 'function';

function requestFrame(step: (timestampMs: number) => void): number {
  if (hasFrames) return globalThis.requestAnimationFrame(step);
  return setTimeout(() => step(performance.now()), FALLBACK_INTERVAL_MS) as unknown as number;
}

function cancelFrame(request: number): void {
  if (hasFrames) globalThis.cancelAnimationFrame(request);
  else clearTimeout(request);
}
