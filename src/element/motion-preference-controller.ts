import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Knows whether the visitor asked for less motion, and updates the host when that changes. */
export class MotionPreferenceController implements ReactiveController {
  private readonly host: ReactiveControllerHost;
  private query: MediaQueryList | null = null;

  constructor(host: ReactiveControllerHost) {
    this.host = host;
    host.addController(this);
  }

  get isReduced(): boolean {
    return this.query?.matches ?? false;
  }

  hostConnected(): void {
    this.query = matchMedia('(prefers-reduced-motion: reduce)');
    this.query.addEventListener('change', this.handleChange);
  }

  hostDisconnected(): void {
    this.query?.removeEventListener('change', this.handleChange);
    this.query = null;
  }

  private readonly handleChange = (): void => this.host.requestUpdate();
}
