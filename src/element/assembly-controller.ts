import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AvatarHost } from '../avatar/lifecycle/avatar-host.js';
import { AvatarKeeper } from '../avatar/lifecycle/avatar-keeper.js';

export type AssemblyHost = AvatarHost & ReactiveControllerHost & HTMLElement;

/** Joins the keeper to the life of an element. One that is moved in one go keeps speaking. */
export class AssemblyController extends AvatarKeeper implements ReactiveController {
  private readonly element: AssemblyHost;

  constructor(element: AssemblyHost) {
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
