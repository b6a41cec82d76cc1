import { viewOf } from '../avatar/lifecycle/view-of.js';

/**
 * Reports the position of mouse, pen or finger for `gaze="pointer"`, at most once per frame, by passive listeners. A mouse that leaves
 * the window, or a finger that was lifted, is let go of.
 */

/** A finger that was lifted is remembered for a moment: a tap is a point to look at, too. */
const LIFTED_MS = 1200;

export class PointerGaze {
  private readonly handlePoint: (point: { clientX: number; clientY: number } | null) => void;
  private readonly view: Window;
  private readonly listening = new AbortController();
  private newest: { clientX: number; clientY: number } | null = null;
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Begins at once.
   *
   * @param place Its window is listened to.
   * @param handlePoint Receives the pointer's position in pixels of that window; null when there is none any more.
   */
  constructor(place: Element, handlePoint: (point: { clientX: number; clientY: number } | null) => void) {
    this.handlePoint = handlePoint;
    const view = viewOf(place);
    this.view = view;
    const options = { capture: true, passive: true, signal: this.listening.signal };
    for (const name of ['pointermove', 'pointerdown'] as const) view.addEventListener(name, this.follow, options);
    for (const name of ['pointerup', 'pointercancel'] as const) view.addEventListener(name, this.lift, options);
    view.document.documentElement.addEventListener('pointerleave', this.leave, options);
    view.addEventListener('blur', this.letGo, options);
  }

  /** Stops it; nothing is reported any more. */
  stop(): void {
    this.listening.abort();
    this.view.cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }

  private readonly follow = ({ clientX, clientY }: PointerEvent): void => {
    clearTimeout(this.timer);
    this.newest = { clientX, clientY };
    this.frame ||= this.view.requestAnimationFrame(this.tell);
  };

  private readonly lift = ({ pointerType }: PointerEvent): void => {
    if (pointerType === 'mouse') return;
    clearTimeout(this.timer);
    this.timer = setTimeout(this.letGo, LIFTED_MS);
  };

  /** A finger leaves whenever it is lifted. */
  private readonly leave = ({ pointerType }: PointerEvent): void => {
    if (pointerType === 'mouse') this.letGo();
  };

  private readonly letGo = (): void => {
    this.newest = null;
    this.frame ||= this.view.requestAnimationFrame(this.tell);
  };

  private readonly tell = (): void => {
    this.frame = 0;
    this.handlePoint(this.newest);
  };
}
