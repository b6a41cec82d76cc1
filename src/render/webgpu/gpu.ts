/** The GPU device of this thread, shared by its stages. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { Lazy } from '../../shared/core/lazy.js';

export interface Gpu {
  readonly device: GPUDevice;
  /** The adapter renders on the CPU. */
  readonly isSoftware: boolean;
}

const current = new Lazy(request);

/** @throws {AvatarError} `renderingFailed` with what is missing. */
export function openGpu(): Promise<Gpu> {
  return current.get();
}

/** The result of `openGpu`. @throws {AvatarError} `renderingFailed` before it and after the device was lost. */
export function openedGpu(): Gpu {
  const opened = current.value;
  if (!opened) throw new AvatarError(ErrorCode.renderingFailed, 'There is no WebGPU device');
  return opened;
}

async function request(): Promise<Gpu> {
  // Missing in some versions of lib.dom and some browsers.
  const gpu = navigator.gpu as GPU | undefined;
  if (!gpu) throw new AvatarError(ErrorCode.renderingFailed, 'This browser has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new AvatarError(ErrorCode.renderingFailed, 'WebGPU has no adapter here');
  try {
    const device = await adapter.requestDevice();
    // A lost device stays lost; the next request may get another one.
    void device.lost.then(() => current.reset());
    return { device, isSoftware: adapter.info?.isFallbackAdapter ?? false };
  } catch (cause) {
    throw new AvatarError(ErrorCode.renderingFailed, 'WebGPU provides no device', { cause });
  }
}
