import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { GazePoint } from '../shared/contracts/stage-settings.js';
import { PointerGaze } from './pointer-gaze.js';

type GazeHost = ReactiveControllerHost & HTMLElement;
interface PagePoint {
  readonly clientX: number;
  readonly clientY: number;
}

/** Where the avatar looks: at a point set by the app, else at the pointer if `gaze` says so, else as it likes. Loaded on first use. */
export class GazeController implements ReactiveController {
  private readonly host: GazeHost;
  private readonly tell: (point: GazePoint | null) => void;
  private pointer: PointerGaze | null = null;
  private isHeld = false;

  /** @param tell Gets the point in the picture of the host, see `GazePoint`. */
  constructor(host: GazeHost, tell: (point: GazePoint | null) => void) {
    this.host = host;
    this.tell = tell;
    host.addController(this);
  }

  /** @param point Null gives gaze back. */
  lookAt(point: PagePoint | null): void {
    this.isHeld = point !== null;
    this.show(point);
  }

  followPointer(isWanted: boolean): void {
    if (!isWanted || !this.host.isConnected) return this.stop();
    this.pointer ??= new PointerGaze(this.host, (point) => this.isHeld || this.show(point));
  }

  hostDisconnected(): void {
    // The next update of a reinserted element starts it again.
    this.stop();
  }

  private stop(): void {
    if (!this.pointer) return;
    this.pointer.stop();
    this.pointer = null;
    if (!this.isHeld) this.tell(null);
  }

  private show(point: PagePoint | null): void {
    const { left, top, width, height } = this.host.getBoundingClientRect();
    if (!point) this.tell(null);
    else if (width > 0 && height > 0) {
      this.tell({ x: (2 * (point.clientX - left)) / width - 1, y: 1 - (2 * (point.clientY - top)) / height });
    }
  }
}
