/**
 * Which renderer draws an avatar faster here: WebGPU draws it for a moment on a canvas that nobody sees, WebGL goes on with
 * the one in sight. Loaded where there may be WebGPU, after the first picture.
 */

import type { AvatarInfo, Renderer, StageStats } from '../../shared/contracts/stage.js';
import type { AssembledAvatar, StageSetup } from '../assembled-avatar.js';
import { type AvatarSource, rememberedRenderer, rememberRenderer } from './remembered-renderer.js';
import type { ElementSize } from './size-observer.js';

/** After this long in ms it is known whether WebGL keeps the frame rate; where it cannot yet be told, as often as here. */
const CONSIDER_GPU_MS = 6000;
const CONSIDER_COUNT = 10;
/** Frames that are drawn before it is measured, since the first ones are slow. */
const WARM_FRAMES = 20;
const LIMIT_MS = 6000;
/** One whose GPU is lost meanwhile never ends to load. */
const LOAD_LIMIT_MS = 15_000;
const POLL_MS = 250;
/** The other one must be faster by this much to be worth its download. */
const GAIN = 0.8;
/** Cost of one frame at full resolution. */
const costOf = ({ drawMs, resolutionScale }: StageStats): number => drawMs / resolutionScale ** 2;

/** What is shown, and what is to draw it. */
export interface ConsideredPicture extends Pick<StageSetup, 'view' | 'life'> {
  readonly src: AvatarSource;
  readonly avatarId: string | null;
}

/**
 * `auto`: where WebGL cannot keep the frame rate, tries once how WebGPU does. The avatar's next stage of the session is drawn by
 * the faster.
 *
 * @param sizeOf Of the picture as long as the avatar is seen; null ends the trial.
 */
export async function considerGpu(
  assembly: AssembledAvatar,
  { format }: AvatarInfo,
  picture: ConsideredPicture,
  sizeOf: () => ElementSize | null,
): Promise<void> {
  const { src, avatarId, view, life } = picture;
  const isMeasured = () => rememberedRenderer(src ?? avatarId) !== null;
  // What needs an add-on, WebGL alone can draw.
  if (format !== 'glb') return;
  const isIdle = () => sizeOf() !== null && assembly.controller.conversationState === 'idle';
  for (let count = 0; count < CONSIDER_COUNT && !isMeasured(); count++) {
    await new Promise((resolve) => setTimeout(resolve, CONSIDER_GPU_MS));
    // Gone, or out of sight: nothing is kept for it.
    if (!sizeOf()) return;
    const stats = isIdle() ? await assembly.stageStats() : null;
    const size = sizeOf();
    if (!size || !stats || stats.resolutionScale === 1 || !isIdle() || isMeasured()) continue;
    await tryRenderers(assembly, src, avatarId, { ...size, view, life, renderer: 'webgpu' }, isIdle);
  }
}

/**
 * @param setup Of the picture in sight.
 * @param canGoOn False ends it without a verdict: somebody speaks, or the avatar is gone.
 */
async function tryRenderers(
  assembly: AssembledAvatar,
  src: AvatarSource,
  avatarId: string | null,
  setup: Omit<StageSetup, 'canvas'>,
  canGoOn: () => boolean,
): Promise<void> {
  const remember = (renderer: Renderer): void => rememberRenderer(src ?? avatarId, renderer);
  const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter();
  // Drawn by the CPU, WebGPU is no faster than WebGL is.
  if (!adapter || adapter.info?.isFallbackAdapter) return remember('webgl');
  const shown = assembly.openedStage;
  if (!shown) return;
  const trial = await assembly.openHiddenStage({ ...setup, renderer: 'webgpu' });
  let loadTimer: ReturnType<typeof setTimeout> | undefined;
  try {
    const file = await assembly.avatarFile(src, avatarId);
    const overdue = new Promise<never>((_, reject) => (loadTimer = setTimeout(reject, LOAD_LIMIT_MS)));
    await Promise.race([trial.load(file), overdue]);
    for (let waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (!canGoOn()) return;
      const [gpu, gl] = await Promise.all([trial.stats(), shown.stats()]);
      if (gpu.renderer === 'webgl') break;
      if (gpu.framesDrawn < WARM_FRAMES || Number.isNaN(gpu.drawMs) || Number.isNaN(gl.drawMs)) continue;
      return remember(costOf(gpu) < costOf(gl) * GAIN ? 'webgpu' : 'webgl');
    }
    remember('webgl');
  } catch {
    // What cannot even draw is not faster.
    remember('webgl');
  } finally {
    clearTimeout(loadTimer);
    trial.dispose();
  }
}
