import { viewOf } from './view-of.js';

/** An element this far outside of the viewport counts as visible, so that there is time to load and to draw the first frame. */
const MARGIN = '200px';

/** Reports whether an element is visible: in or near the viewport, not of zero size, on a page that is not hidden. */
export class VisibilityObserver {
  private readonly element: HTMLElement;
  private readonly handleVisibility: (isVisible: boolean) => void;
  private observer: IntersectionObserver | null = null;
  private listening: AbortController | null = null;
  private isNear = false;
  private holds = 0;
  private _isVisible = false;

  constructor(element: HTMLElement, handleVisibility: (isVisible: boolean) => void) {
    this.element = element;
    this.handleVisibility = handleVisibility;
  }

  get isVisible(): boolean {
    return this._isVisible;
  }

  connect(): void {
    this.observer = new (viewOf(this.element).IntersectionObserver)(
      (entries) => {
        this.isNear = entries[entries.length - 1]?.isIntersecting ?? false;
        this.update();
      },
      { rootMargin: MARGIN },
    );
    this.observer.observe(this.element);
    // The element may be in another document when it is disconnected.
    this.listening = new AbortController();
    this.element.ownerDocument.addEventListener('visibilitychange', this.update, { signal: this.listening.signal });
  }

  disconnect(): void {
    this.observer?.disconnect();
    this.observer = null;
    this.listening?.abort();
    this.isNear = false;
    this.update();
  }

  /** The element counts as visible until the returned function is called, for example while it is recorded. */
  hold(): () => void {
    this.holds++;
    this.update();
    return () => {
      this.holds--;
      this.update();
    };
  }

  private readonly update = (): void => {
    const isVisible = (this.isNear || this.holds > 0) && !this.element.ownerDocument.hidden;
    if (isVisible === this._isVisible) return;
    this._isVisible = isVisible;
    this.handleVisibility(isVisible);
  };
}
