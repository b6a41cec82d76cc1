/** The one GPU device of this thread; all its stages draw with it. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';

export interface Gpu {
  readonly device: GPUDevice;
  /** The adapter is drawn by the CPU. */
  readonly isSoftware: boolean;
}

let opening: Promise<Gpu> | null = null;
let opened: Gpu | null = null;

/** @throws {AvatarError} `renderingFailed`: what is missing. */
export function openGpu(): Promise<Gpu> {
  opening ??= request().then((gpu) => {
    opened = gpu;
    // A lost device never comes back; another may be had.
    void gpu.device.lost.then(() => (opening = opened = null));
    return gpu;
  });
  opening.catch(() => (opening = null));
  return opening;
}

/** What `openGpu` has given. @throws {AvatarError} `renderingFailed` before, and when it was lost. */
export function openedGpu(): Gpu {
  if (!opened) throw new AvatarError(ErrorCode.renderingFailed, 'There is no WebGPU device');
  return opened;
}

async function request(): Promise<Gpu> {
  // Not in every lib.dom the compiler may be given, nor in every browser.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) throw new AvatarError(ErrorCode.renderingFailed, 'This browser has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new AvatarError(ErrorCode.renderingFailed, 'WebGPU has no adapter here');
  try {
    return { device: await adapter.requestDevice(), isSoftware: adapter.info?.isFallbackAdapter ?? false };
  } catch (cause) {
    throw new AvatarError(ErrorCode.renderingFailed, 'WebGPU gave no device', { cause });
  }
}
