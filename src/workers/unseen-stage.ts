import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { StageListener } from '../shared/contracts/stage.js';

/** Listens to a stage that nobody sees yet, and from `show()` on in the name of whoever shows it. */
export class UnseenStage {
  /** What the stage is to be made with. */
  readonly listener: StageListener;
  /** Its first picture is there. */
  readonly drawn: Promise<void>;
  /** Rejects when it lost its GPU before it was shown; never resolves. */
  readonly lost: Promise<never>;
  private isShown = false;

  constructor(listener: StageListener) {
    let handleDrawn: (() => void) | null = null;
    let handleLost: (reason: AvatarError) => void;
    this.drawn = new Promise((resolve) => (handleDrawn = resolve));
    this.lost = new Promise((_, reject) => (handleLost = reject));
    this.lost.catch(() => undefined);
    this.listener = {
      ...listener,
      handleLoadProgress: (fraction) => this.isShown && listener.handleLoadProgress(fraction),
      handleFirstFrame: () => {
        // Of the avatar that it begins with nobody hears.
        if (handleDrawn) handleDrawn();
        else listener.handleFirstFrame();
        handleDrawn = null;
      },
      handleDeviceLost: (reason) =>
        this.isShown ? listener.handleDeviceLost(reason) : handleLost(new AvatarError(ErrorCode.renderingFailed, reason)),
    };
  }

  show(): void {
    this.isShown = true;
  }
}
