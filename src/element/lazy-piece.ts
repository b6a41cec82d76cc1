import type { CSSResult } from 'lit';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';

/** What of the element a piece belongs to. */
export interface PieceHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
  requestUpdate(): void;
  handleError(error: AvatarError): void;
}

/** After this long in ms, a script that could not be had is asked for again when it is wanted. */
const RETRY_MS = 5000;

/** A piece of the element that not every page uses: its script, and styles where it is shown, are loaded when it is first wanted, once. */
export class LazyPiece<Piece> {
  private readonly host: PieceHost;
  private readonly load: () => Promise<[Piece, CSSResult?]>;
  private loading: Promise<Piece> | null = null;
  private loaded: Piece | null = null;

  constructor(host: PieceHost, load: () => Promise<[Piece, CSSResult?]>) {
    this.host = host;
    this.load = load;
  }

  /** Null until it is loaded. */
  get piece(): Piece | null {
    return this.loaded;
  }

  get isWanted(): boolean {
    return this.loading !== null;
  }

  /** Tells it something once it is loaded, in order. */
  tell(words: (piece: Piece) => void): void {
    this.want().then(words, () => undefined);
  }

  /** @throws {AvatarError} `connectionFailed` when it cannot be loaded, which is also told. */
  want(): Promise<Piece> {
    this.loading ??= this.load().then(
      ([piece, styles]) => {
        if (styles) (this.host.renderRoot as ShadowRoot).adoptedStyleSheets.push(styles.styleSheet!);
        this.loaded = piece;
        this.host.requestUpdate();
        return piece;
      },
      (reason: unknown) => {
        const error = avatarErrorFrom(reason, ErrorCode.connectionFailed, 'A script of the avatar could not be loaded');
        this.host.handleError(error);
        setTimeout(() => (this.loading = null), RETRY_MS);
        throw error;
      },
    );
    this.loading.catch(() => undefined);
    return this.loading;
  }
}
