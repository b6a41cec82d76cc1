import { proxy, releaseProxy, type Remote } from 'comlink';
import { canDraw } from '../render/renderer.js';
import { LiveStage } from '../render/stage.js';
import type { Stage, StageListener, StageOptions } from './worker-api.js';

/** What the render worker offers through its door. Runs on the page, too, where no worker can draw. */
export const renderService = {
  /** False where this thread has no WebGL 2. */
  canDraw: canDraw(),

  /** @throws {AvatarError} `renderingFailed` when the canvas gives no WebGL 2. */
  createStage(options: StageOptions, listener: Remote<StageListener>): Stage {
    const stage = new LiveStage(options, listener as unknown as StageListener);
    stage.handleDisposed = () => listener[releaseProxy]?.();
    return proxy(stage);
  },
};
