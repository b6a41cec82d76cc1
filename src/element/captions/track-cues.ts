/** Captions from `<track>` children of the element: those of every speech that brings none of its own. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { SpeechCues } from './caption-cue.js';
import { parseWebVtt, plainCueText } from './web-vtt.js';

/** The element whose `<track>` children are read. */
export interface TrackHost extends ReactiveControllerHost, HTMLElement {
  /** Captions are shown; nothing is loaded before. */
  readonly captions: boolean;
  handleError(error: AvatarError): void;
}

export class TrackCues implements ReactiveController {
  private readonly host: TrackHost;
  private readonly observer: MutationObserver;
  private url: string | null = null;
  private _speech: SpeechCues | null = null;

  constructor(host: TrackHost) {
    this.host = host;
    this.observer = new MutationObserver(() => host.requestUpdate());
    host.addController(this);
  }

  /** Null while there are none, or none loaded: that waits until captions are shown. */
  get speech(): SpeechCues | null {
    return this._speech;
  }

  get isThere(): boolean {
    return this.choose() !== null;
  }

  hostConnected(): void {
    this.observer.observe(this.host, { childList: true, subtree: true, attributeFilter: ['src', 'srclang', 'kind', 'default'] });
  }

  hostDisconnected(): void {
    this.observer.disconnect();
  }

  hostUpdate(): void {
    const track = this.choose();
    if (!this.host.captions || (track?.src ?? null) === this.url) return;
    this.url = track?.src ?? null;
    this._speech = null;
    if (track) void this.load(track);
  }

  /** In the language of the place, else the default one, else the first. */
  private choose(): HTMLTrackElement | null {
    const tracks = [...this.host.querySelectorAll<HTMLTrackElement>(':scope > track[src]')].filter(
      ({ kind }) => kind === 'captions' || kind === 'subtitles',
    );
    const isNear = ({ srclang }: HTMLTrackElement): boolean => srclang !== '' && this.host.matches(`:lang(${CSS.escape(srclang)})`);
    return tracks.find(isNear) ?? tracks.find((track) => track.default) ?? tracks[0] ?? null;
  }

  private async load(track: HTMLTrackElement): Promise<void> {
    const { src, srclang } = track;
    try {
      const response = await fetch(src);
      if (!response.ok) throw new AvatarError(ErrorCode.connectionFailed, `The captions ${src} were answered with ${response.status}.`);
      const cues = parseWebVtt(await response.text(), plainCueText);
      if (this.url !== src) return;
      this._speech = { cues, lang: srclang };
      this.host.requestUpdate();
    } catch (reason) {
      if (this.url === src)
        this.host.handleError(avatarErrorFrom(reason, ErrorCode.connectionFailed, `The captions ${src} could not be loaded`));
    }
  }
}
