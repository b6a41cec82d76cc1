import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { AvatarError, ErrorCode } from '../shared/errors.js';
import type { GazePoint } from '../workers/worker-api.js';
import type { PointerGaze } from './pointer-gaze.js';

type GazeHost = ReactiveControllerHost & HTMLElement & { handleError(error: AvatarError): void };
interface PagePoint {
  readonly clientX: number;
  readonly clientY: number;
}

/** What the avatar is to look at: a point that the app names, else the pointer where that is wanted, else nothing. */
export class GazeController implements ReactiveController {
  private readonly host: GazeHost;
  private readonly tell: (point: GazePoint | null) => void;
  private pointer: PointerGaze | null = null;
  private isPointerWanted = false;
  private isHeld = false;

  /** @param tell Gets the point in the picture of the host, see `Stage.lookAt`. */
  constructor(host: GazeHost, tell: (point: GazePoint | null) => void) {
    this.host = host;
    this.tell = tell;
    host.addController(this);
  }

  /**
   * @param clientX Null gives gaze back.
   * @throws {AvatarError} `invalidConfiguration` for what is no point.
   */
  lookAt(clientX: number | null, clientY: number | undefined): void {
    if (clientX !== null && !(Number.isFinite(clientX) && Number.isFinite(clientY))) {
      throw new AvatarError(ErrorCode.invalidConfiguration, 'lookAt() takes x and y in pixels of the page, or null.');
    }
    this.isHeld = clientX !== null;
    this.show(clientX === null ? null : { clientX, clientY: clientY! });
  }

  followPointer(isWanted: boolean): void {
    if (isWanted === this.isPointerWanted) return;
    this.isPointerWanted = isWanted;
    if (isWanted) void this.load();
    else this.stop();
  }

  hostDisconnected(): void {
    // The next update of an element that is back asks anew.
    this.isPointerWanted = false;
    this.stop();
  }

  private async load(): Promise<void> {
    try {
      const { PointerGaze } = await import('./pointer-gaze.js');
      if (this.isPointerWanted && !this.pointer) this.pointer = new PointerGaze((point) => this.isHeld || this.show(point));
    } catch (reason) {
      this.host.handleError(new AvatarError(ErrorCode.connectionFailed, 'The script for gaze="pointer" could not be loaded.', { cause: reason }));
    }
  }

  private stop(): void {
    this.pointer?.stop();
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
