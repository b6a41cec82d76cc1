import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { viewOf } from '../avatar/lifecycle/view-of.js';

/** Events that browsers accept as a gesture that may start sound. */
const GESTURES = ['pointerup', 'touchend', 'keydown'] as const;

/** Calls back inside the first gesture on the page after the element was connected, once. */
export class GestureController implements ReactiveController {
  private readonly host: ReactiveControllerHost & Element;
  private readonly handleGesture: () => void;
  private listening: AbortController | null = null;

  constructor(host: ReactiveControllerHost & Element, handleGesture: () => void) {
    this.host = host;
    this.handleGesture = handleGesture;
    host.addController(this);
  }

  hostConnected(): void {
    this.listening = new AbortController();
    const options = { capture: true, passive: true, signal: this.listening.signal };
    for (const gesture of GESTURES) viewOf(this.host).addEventListener(gesture, this.hear, options);
  }

  hostDisconnected(): void {
    this.listening?.abort();
    this.listening = null;
  }

  private readonly hear = (): void => {
    this.listening?.abort();
    this.handleGesture();
  };
}
