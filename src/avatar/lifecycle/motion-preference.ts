import { viewOf } from './view-of.js';

/** Whether the user prefers reduced motion. */
export class MotionPreference {
  private readonly place: Element;
  private readonly handleChange: () => void;
  private query: MediaQueryList | null = null;

  /**
   * @param place Its window is asked.
   * @param handleChange Called when the preference changes.
   */
  constructor(place: Element, handleChange: () => void) {
    this.place = place;
    this.handleChange = handleChange;
  }

  get isReduced(): boolean {
    return this.query?.matches ?? false;
  }

  connect(): void {
    this.query = viewOf(this.place).matchMedia('(prefers-reduced-motion: reduce)');
    this.query.addEventListener('change', this.handleChange);
  }

  disconnect(): void {
    this.query?.removeEventListener('change', this.handleChange);
    this.query = null;
  }
}
