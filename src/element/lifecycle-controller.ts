import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AvatarHost } from '../avatar/lifecycle/avatar-host.js';
import { AvatarLifecycle } from '../avatar/lifecycle/avatar-lifecycle.js';

export type LifecycleHost = AvatarHost & ReactiveControllerHost & HTMLElement;

/** Ties the avatar's lifecycle to an element. An avatar goes on speaking while its element is moved within the document. */
export class LifecycleController extends AvatarLifecycle implements ReactiveController {
  private readonly element: LifecycleHost;

  constructor(element: LifecycleHost) {
    super(element, element);
    this.element = element;
    element.addController(this);
  }

  hostConnected(): void {
    this.connect();
    this.element.requestUpdate();
  }

  hostUpdated(): void {
    this.update();
  }

  hostDisconnected(): void {
    this.disconnect();
    // A move is a removal and an insertion at once.
    queueMicrotask(() => this.element.isConnected || this.close());
  }
}
