/** What is known of the device. Loaded when an app asks. */
import { graphicsFacts } from '../avatar/graphics-facts.js';

/** Facts, not a benchmark: not comparable with AvatarKit's figures. */
export interface DeviceScore {
  /** Number of logical processors. */
  readonly cpuScore: number;
  /** 2 with a GPU, 1 where the CPU draws in its place, 0 without WebGL 2. */
  readonly gpuScore: number;
}

export function deviceScore(): DeviceScore {
  const { hasWebGl2, isSoftware } = graphicsFacts();
  return { cpuScore: navigator.hardwareConcurrency, gpuScore: hasWebGl2 ? (isSoftware ? 1 : 2) : 0 };
}

export function isDeviceSupported(): boolean {
  return typeof Worker !== 'undefined' && typeof AudioWorkletNode !== 'undefined' && graphicsFacts().hasWebGl2;
}
