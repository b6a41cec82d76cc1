import { proxy, type Remote, releaseProxy, transfer } from 'comlink';
import { canDraw } from '../render/renderer.js';
import { LiveStage } from '../render/stage.js';
import type { Stage, StageListener, StageOptions, StageSpeech } from '../shared/contracts/stage.js';

class StageBehindDoor extends LiveStage {
  // Within the task of the call: a message that came between two owners of a port would be lost.
  override async handOver(): Promise<StageSpeech> {
    const speech = await super.handOver();
    return transfer(speech, speech.ports);
  }
}

/** What the render worker offers through its door. Runs on the page, too, where no worker can draw. */
export const renderService = {
  /** False where this thread has no WebGL 2. */
  canDraw: canDraw(),

  /** @throws {AvatarError} `renderingFailed` when the canvas gives no WebGL 2. */
  createStage(options: StageOptions, listener: Remote<StageListener>): Stage {
    const stage = new StageBehindDoor(options, listener as unknown as StageListener);
    stage.handleDisposed = () => listener[releaseProxy]?.();
    return proxy(stage);
  },
};
