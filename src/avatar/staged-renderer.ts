import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { StageListener } from '../shared/contracts/stage.js';
import { Deferred } from '../shared/core/deferred.js';

/** Listens to a stage that is prepared out of sight; from `show()` on it passes everything to the listener of the shown stage. */
export class StagedRenderer {
  /** The listener to create the stage with. */
  readonly listener: StageListener;
  /** Resolves with its first frame. */
  readonly drawn: Promise<void>;
  /** Rejects if it loses its GPU before `show()`; never resolves. */
  readonly lost: Promise<never>;
  private isShown = false;

  constructor(listener: StageListener) {
    const drawn = new Deferred();
    const lost = new Deferred<never>();
    this.drawn = drawn.promise;
    this.lost = lost.promise;
    let isFirst = true;
    this.listener = {
      ...listener,
      handleLoadProgress: (fraction) => this.isShown && listener.handleLoadProgress(fraction),
      handleFirstFrame: () => {
        // The initial avatar's first frame is not reported.
        if (isFirst) drawn.resolve();
        else listener.handleFirstFrame();
        isFirst = false;
      },
      handleDeviceLost: (reason) =>
        this.isShown ? listener.handleDeviceLost(reason) : lost.reject(new AvatarError(ErrorCode.renderingFailed, reason)),
    };
  }

  show(): void {
    this.isShown = true;
  }
}
