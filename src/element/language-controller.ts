import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { KnownStrings } from './english.js';
import { stringsFor, watchStrings } from './strings.js';

/** Knows the words for its host, and updates it when they, or the `lang` attribute of a place, change. */
export class LanguageController implements ReactiveController {
  private readonly host: ReactiveControllerHost & HTMLElement;
  private readonly update = (): void => this.host.requestUpdate();
  private observer: MutationObserver | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.host = host;
    host.addController(this);
  }

  get strings(): KnownStrings {
    return stringsFor(this.host);
  }

  hostConnected(): void {
    watchStrings(this.update, true);
    this.observer = new MutationObserver(this.update);
    this.observer.observe(this.host.ownerDocument, { subtree: true, attributeFilter: ['lang'] });
  }

  hostDisconnected(): void {
    watchStrings(this.update, false);
    this.observer?.disconnect();
  }
}
