import { isGecko } from '../shared/core/gecko.js';

/**
 * How many pictures were asked for and are not drawn yet. Another process draws; Firefox takes on any number of frames for it, so that, drawn by a busy
 * CPU, each new frame makes the display show an older one, and the face falls seconds behind the sound. So a fence of the GL follows each frame,
 * and while too many are open no other is begun. A face that is late skips; it never lags.
 *
 * Chromium and WebKit hold back frames themselves. They are not asked: in WebKit each question waits for the process that draws.
 */
const MAX_FRAMES_IN_FLIGHT = 2;
/** A fence that is open for this long is not believed any more: better late than still. */
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

  /** After the last call of a frame. */
  add(): void {
    const { gl } = this;
    const fence = this.isNeeded && gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    if (!fence) return;
    gl.flush();
    this.fences.push(fence);
    this.addedMs = performance.now();
  }

  /** Whether another frame would have to wait for those before it. */
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
