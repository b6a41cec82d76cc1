/**
 * Which renderer draws an avatar faster here: WebGPU draws it for a moment on a canvas that nobody sees, WebGL goes on with
 * the one in sight. Loaded where WebGL cannot keep the frame rate, and only then.
 */
import type { AssembledAvatar, StageSetup } from '../assemble.js';
import type { StageStats } from '../workers/worker-api.js';
import { rememberRenderer } from './remembered-renderer.js';

/** Frames that are drawn before it is measured, since the first ones are slow. */
const WARM_FRAMES = 20;
const LIMIT_MS = 6000;
const POLL_MS = 250;
/** The other one must be faster by this much to be worth its download. */
const GAIN = 0.8;
/** Cost of one frame at full resolution. */
const costOf = ({ drawMs, resolutionScale }: StageStats): number => drawMs / resolutionScale ** 2;

/**
 * @param source The avatar's file, or its URL.
 * @param setup Of the picture in sight.
 * @param canGoOn False ends it without a verdict: somebody speaks, or the avatar is gone.
 */
export async function tryRenderers(assembly: AssembledAvatar, source: string | Blob, setup: Omit<StageSetup, 'canvas'>, canGoOn: () => boolean): Promise<void> {
  const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter();
  // Drawn by the CPU, WebGPU is no faster than WebGL is.
  if (!adapter || adapter.info?.isFallbackAdapter) return rememberRenderer('webgl');
  const shown = assembly.openedStage;
  if (!shown) return;
  const trial = await assembly.openHiddenStage({ ...setup, renderer: 'webgpu' });
  try {
    await trial.load(source);
    for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (!canGoOn()) return;
      const [gpu, gl] = await Promise.all([trial.stats(), shown.stats()]);
      if (gpu.renderer === 'webgl') break;
      if (gpu.framesDrawn < WARM_FRAMES || Number.isNaN(gpu.drawMs) || Number.isNaN(gl.drawMs)) continue;
      return rememberRenderer(costOf(gpu) < costOf(gl) * GAIN ? 'webgpu' : 'webgl');
    }
    rememberRenderer('webgl');
  } catch {
    // What cannot even draw is not faster.
    rememberRenderer('webgl');
  } finally {
    trial.dispose();
  }
}
