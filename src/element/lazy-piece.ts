import type { CSSResult } from 'lit';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { Lazy } from '../shared/core/lazy.js';

/** What a piece needs of its element. */
export interface PieceHost {
  requestUpdate(): void;
  handleError(error: AvatarError): void;
  addStyles(styles: CSSResult): void;
}

/** A failed chunk is requested again after this many ms, with the next call. */
const RETRY_MS = 5000;

/** A part of the element that not every page uses; its script and styles are loaded at the first call. */
export class LazyPiece<Piece> {
  private readonly host: PieceHost;
  private readonly lazy: Lazy<Piece>;

  constructor(host: PieceHost, load: () => Promise<[Piece, CSSResult?]>) {
    this.host = host;
    const make = async (): Promise<Piece> => {
      try {
        const [piece, styles] = await load();
        if (styles) host.addStyles(styles);
        return piece;
      } catch (reason) {
        const error = avatarErrorFrom(reason, ErrorCode.connectionFailed, 'A script of the avatar could not be loaded');
        host.handleError(error);
        throw error;
      }
    };
    this.lazy = new Lazy(make, { retryAfterMs: RETRY_MS });
  }

  /** Null until it is loaded. */
  get piece(): Piece | null {
    return this.lazy.value;
  }

  get isRequested(): boolean {
    return this.lazy.current !== null;
  }

  /** Calls back once it is loaded, in the order of the calls. */
  tell(act: (piece: Piece) => void): void {
    // A failure is reported once, when it happens.
    this.load().then(act, () => undefined);
  }

  /** @throws {AvatarError} `connectionFailed`, which is also reported to the element. */
  load(): Promise<Piece> {
    const isFirst = !this.isRequested;
    const loading = this.lazy.get();
    // A failure is reported by `make`.
    if (isFirst)
      loading.then(
        () => this.host.requestUpdate(),
        () => undefined,
      );
    return loading;
  }
}
