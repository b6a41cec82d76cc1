/** Whether the user prefers reduced motion. */
export class MotionPreference {
  private readonly handleChange: () => void;
  private query: MediaQueryList | null = null;

  /** @param handleChange Called when the preference changes. */
  constructor(handleChange: () => void) {
    this.handleChange = handleChange;
  }

  get isReduced(): boolean {
    return this.query?.matches ?? false;
  }

  connect(): void {
    this.query = matchMedia('(prefers-reduced-motion: reduce)');
    this.query.addEventListener('change', this.handleChange);
  }

  disconnect(): void {
    this.query?.removeEventListener('change', this.handleChange);
    this.query = null;
  }
}
