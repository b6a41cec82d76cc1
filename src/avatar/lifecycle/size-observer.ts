import { viewOf } from './view-of.js';

export interface ElementSize {
  /** CSS pixels, > 0. */
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel, 1..2. */
  readonly pixelRatio: number;
}

/** A ratio of 2 already costs four times the pixels of 1; more is not visible on a moving face. */
const MAX_PIXEL_RATIO = 2;

/** Reports the size of an element whenever it, the zoom or the screen changes; nothing while the size is zero. */
export class SizeObserver {
  private readonly element: HTMLElement;
  private readonly handleSize: (size: ElementSize) => void;
  private observer: ResizeObserver | null = null;
  private ratioQuery: MediaQueryList | null = null;
  private _size: ElementSize | null = null;

  constructor(element: HTMLElement, handleSize: (size: ElementSize) => void) {
    this.element = element;
    this.handleSize = handleSize;
  }

  /** The last size that was not zero, or null before the first. */
  get size(): ElementSize | null {
    return this._size;
  }

  connect(): void {
    // An observer of another window is not called while this one is laid out.
    this.observer = new (viewOf(this.element).ResizeObserver)(([entry]) => {
      if (entry) this.measure(entry.contentRect.width, entry.contentRect.height);
    });
    this.observer.observe(this.element);
    this.watchPixelRatio();
  }

  disconnect(): void {
    this.observer?.disconnect();
    this.observer = null;
    this.ratioQuery?.removeEventListener('change', this.handleRatio);
    this.ratioQuery = null;
    this._size = null;
  }

  // The query for a ratio only reports that the ratio was left; a new query is made each time.
  private watchPixelRatio(): void {
    this.ratioQuery?.removeEventListener('change', this.handleRatio);
    const view = viewOf(this.element);
    this.ratioQuery = view.matchMedia(`(resolution: ${view.devicePixelRatio}dppx)`);
    this.ratioQuery.addEventListener('change', this.handleRatio);
  }

  private readonly handleRatio = (): void => {
    this.watchPixelRatio();
    this.measure(this.element.clientWidth, this.element.clientHeight);
  };

  private measure(width: number, height: number): void {
    if (width <= 0 || height <= 0) return;
    const pixelRatio = Math.min(Math.max(viewOf(this.element).devicePixelRatio, 1), MAX_PIXEL_RATIO);
    const last = this._size;
    if (last && last.width === width && last.height === height && last.pixelRatio === pixelRatio) return;
    this._size = { width, height, pixelRatio };
    this.handleSize(this._size);
  }
}
