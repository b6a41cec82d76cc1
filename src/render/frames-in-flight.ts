import { isGecko } from '../shared/core/gecko.js';

/**
 * Counts frames that were submitted and are not drawn yet. Another process draws; Firefox queues any number of frames for it, so
 * that on a busy CPU the display falls further and further behind, and the face seconds behind the sound. So a GL fence follows
 * each frame, and no new frame starts while too many fences are open. A late face skips frames; it never lags.
 *
 * Chromium and WebKit throttle frames themselves and get no fences: in WebKit each status query waits for the drawing process.
 */
const MAX_FRAMES_IN_FLIGHT = 2;
/** A fence that is open for this long is ignored, so that drawing never stops for good. */
const MAX_WAIT_MS = 1000;

export class FramesInFlight {
  private readonly gl: WebGL2RenderingContext;
  private readonly isNeeded: boolean;
  /** Oldest first. */
  private readonly fences: WebGLSync[] = [];
  private addedMs = 0;

  constructor(gl: WebGL2RenderingContext, isNeeded = isGecko(navigator.userAgent)) {
    this.gl = gl;
    this.isNeeded = isNeeded;
  }

  /** Call after the last draw call of a frame. */
  add(): void {
    const { gl } = this;
    const fence = this.isNeeded && gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    gl.flush();
    this.fences.push(fence);
    this.addedMs = performance.now();
  }

  /** Whether another frame would have to wait for earlier ones. */
  get isFull(): boolean {
    const { gl, fences } = this;
    const isLate = performance.now() - this.addedMs > MAX_WAIT_MS;
    while (fences.length > 0 && (isLate || gl.getSyncParameter(fences[0], gl.SYNC_STATUS) === gl.SIGNALED)) gl.deleteSync(fences.shift()!);
    return fences.length >= MAX_FRAMES_IN_FLIGHT;
  }

  /** The context was lost, and its fences with it. */
  reset(): void {
    this.fences.length = 0;
  }
}
