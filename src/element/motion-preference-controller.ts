import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { MotionPreference } from '../avatar/lifecycle/motion-preference.js';

/** Knows whether the visitor asked for less motion, and updates the host when that changes. */
export class MotionPreferenceController extends MotionPreference implements ReactiveController {
  constructor(host: ReactiveControllerHost & Element) {
    super(host, () => host.requestUpdate());
    host.addController(this);
  }

  hostConnected(): void {
    this.connect();
  }

  hostDisconnected(): void {
    this.disconnect();
  }
}
