import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How far outside the viewport counts as about to be seen: time enough to load and to draw the first frame. */
const MARGIN = '200px';

/** Tells whether an element can be seen: in or near the viewport, of a size, on a page that is not hidden. */
export class VisibilityController implements ReactiveController {
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly handleVisibility: (isVisible: boolean) => void;
  private observer: IntersectionObserver | null = null;
  private isNear = false;
  private _isVisible = false;

  constructor(host: ReactiveControllerHost & HTMLElement, handleVisibility: (isVisible: boolean) => void) {
    this.host = host;
    this.handleVisibility = handleVisibility;
    host.addController(this);
  }

  get isVisible(): boolean {
    return this._isVisible;
  }

  hostConnected(): void {
    this.observer = new IntersectionObserver(
      (entries) => {
        this.isNear = entries[entries.length - 1]?.isIntersecting ?? false;
        this.update();
      },
      { rootMargin: MARGIN },
    );
    this.observer.observe(this.host);
    document.addEventListener('visibilitychange', this.update);
  }

  hostDisconnected(): void {
    this.observer?.disconnect();
    this.observer = null;
    document.removeEventListener('visibilitychange', this.update);
    this.isNear = false;
    this._isVisible = false;
  }

  private readonly update = (): void => {
    const isVisible = this.isNear && !document.hidden;
    if (isVisible === this._isVisible) return;
    this._isVisible = isVisible;
    this.handleVisibility(isVisible);
  };
}
