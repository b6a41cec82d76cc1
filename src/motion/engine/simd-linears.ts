/**
 * Linear layers with WebAssembly SIMD where it is available, otherwise in plain code. Node only: the policy of a page may forbid
 * it, and would report the attempt.
 */
import { type CreateLinears, createPlainLinears, type Linear, type LinearWeights, ROWS_AT_ONCE } from './linear.js';
import { INPUTS_AT_ONCE, simdKernel } from './simd-kernel.js';

type Apply = (weights: number, biases: number, x: number, out: number, blocks: number, xEnd: number) => void;

interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

/** The part of WebAssembly's interface that is used here; the types of plain ES lack it. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => KernelMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: KernelMemory } }) => { readonly exports: Record<string, unknown> };
};

const PAGE_BYTES = 65_536;
const FLOAT_BYTES = 4;

/** Copies the weights into a memory that the kernel can see; one copy for all sessions of a thread. */
export const createSimdLinears: CreateLinears = (layers) => {
  try {
    return linearsIn(layers);
  } catch {
    // `node --jitless` has no WebAssembly.
    return createPlainLinears(layers);
  }
};

function linearsIn(layers: readonly LinearWeights[]): Linear[] {
  const longestInput = Math.max(...layers.map(paddedInputCount));
  const longestOutput = Math.max(...layers.map(({ rowCount }) => rowCount));
  const floatCount = layers.reduce((sum, layer) => sum + layer.rowCount * (paddedInputCount(layer) + 1), longestInput + longestOutput);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((floatCount * FLOAT_BYTES) / PAGE_BYTES) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(simdKernel()), { env: { memory } });
  const floats = new Float32Array(memory.buffer);
  const outAt = longestInput;
  let place = longestInput + longestOutput;
  return layers.map((layer) => {
    const biasesAt = place;
    floats.set(layer.biases, biasesAt);
    const weightsAt = biasesAt + layer.rowCount;
    const blockLength = layer.inputCount * ROWS_AT_ONCE;
    const paddedLength = paddedInputCount(layer) * ROWS_AT_ONCE;
    const blockCount = layer.rowCount / ROWS_AT_ONCE;
    for (let block = 0; block < blockCount; block++) {
      floats.set(layer.weights.subarray(block * blockLength, (block + 1) * blockLength), weightsAt + block * paddedLength);
    }
    place = weightsAt + blockCount * paddedLength;
    return new SimdLinear(layer, exports.apply as Apply, floats, weightsAt, biasesAt, outAt);
  });
}

function paddedInputCount({ inputCount }: LinearWeights): number {
  return Math.ceil(inputCount / INPUTS_AT_ONCE) * INPUTS_AT_ONCE;
}

class SimdLinear implements Linear {
  readonly inputCount: number;
  readonly rowCount: number;
  private readonly kernel: Apply;
  /** Where the kernel finds its input, at address 0, and leaves its output. */
  private readonly x: Float32Array;
  private readonly out: Float32Array;
  private readonly weightsAddress: number;
  private readonly biasesAddress: number;
  private readonly outAddress: number;
  private readonly blockCount: number;
  private readonly xEnd: number;

  constructor(layer: LinearWeights, kernel: Apply, floats: Float32Array, weightsAt: number, biasesAt: number, outAt: number) {
    this.inputCount = layer.inputCount;
    this.rowCount = layer.rowCount;
    this.kernel = kernel;
    this.x = floats.subarray(0, layer.inputCount);
    this.out = floats.subarray(outAt, outAt + layer.rowCount);
    this.weightsAddress = weightsAt * FLOAT_BYTES;
    this.biasesAddress = biasesAt * FLOAT_BYTES;
    this.outAddress = outAt * FLOAT_BYTES;
    this.blockCount = layer.rowCount / ROWS_AT_ONCE;
    this.xEnd = paddedInputCount(layer) * FLOAT_BYTES;
  }

  apply(x: Float32Array, out: Float32Array): void {
    this.x.set(x);
    this.kernel(this.weightsAddress, this.biasesAddress, 0, this.outAddress, this.blockCount, this.xEnd);
    out.set(this.out);
  }
}
