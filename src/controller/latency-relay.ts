/** Passes the output latency to the stage; while speech plays it is read again and again, for the device may change. */
import type { ControllerParts } from './controller-parts.js';

const INTERVAL_MS = 500;

export class LatencyRelay {
  /** Added to what is measured, s. */
  offsetSeconds = 0;
  private readonly parts: Pick<ControllerParts, 'output' | 'stage'>;
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(parts: Pick<ControllerParts, 'output' | 'stage'>) {
    this.parts = parts;
  }

  /** Reads regularly while true. */
  setRunning(isRunning: boolean): void {
    if (isRunning === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = isRunning ? setInterval(() => this.pass(), INTERVAL_MS) : undefined;
    if (isRunning) this.pass();
  }

  pass(): void {
    this.parts.stage()?.setOutputLatency(this.parts.output.outputLatencySeconds() + this.offsetSeconds);
  }
}
