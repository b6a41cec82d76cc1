/**
 * The inner loop of linear layers as a WebAssembly module of 300 bytes, assembled here instruction by instruction: it multiplies
 * four numbers at a time, which plain JavaScript cannot. Node only, where no page policy forbids it.
 *
 *     apply(weights, biases, x, out, blocks, xEnd)     addresses in bytes, blocks of 8 rows
 *     for each block:
 *       sums = biases[0 … 8]
 *       for each four inputs: for each of them: sums += weights[0 … 8] · input      (eight chains of sums in all)
 *       out[0 … 8] = sums
 *
 * @see https://webassembly.github.io/spec/core/binary/index.html
 */

/** Inputs come in multiples of this. */
export const INPUTS_AT_ONCE = 4;
const ROW_BYTES = 32;

const I32 = 0x7f;
const V128 = 0x7b;
const SIMD = 0xfd;
const VOID = 0x40;
const FUNCTION = 0x60;

/** The parameters, then the locals. */
const WEIGHTS = 0;
const BIASES = 1;
const X = 2;
const OUT = 3;
const BLOCKS = 4;
const X_END = 5;
const INPUT_PLACE = 6;
const FIRST_SUM = 7;
const SUM_COUNT = 8;
const INPUT = FIRST_SUM + SUM_COUNT;

const localGet = (index: number): number[] => [0x20, index];
const localSet = (index: number): number[] => [0x21, index];
const localTee = (index: number): number[] => [0x22, index];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const add = 0x6a;
const subtract = 0x6b;
const lessThan = 0x49;
const branchIf = (depth: number): number[] => [0x0d, depth];
const loop = (body: number[]): number[] => [0x03, VOID, ...body, END];
const END = 0x0b;
/** Four floats at the address on the stack. Alignment 4 bytes: views of floats promise no more. */
const load = (offset: number): number[] => [SIMD, 0x00, 2, ...unsigned(offset)];
const loadOneFourTimes = (offset: number): number[] => [SIMD, 0x09, 2, ...unsigned(offset)];
const store = (offset: number): number[] => [SIMD, 0x0b, 2, ...unsigned(offset)];
const zeros = [SIMD, 0x0c, ...new Array<number>(16).fill(0)];
const addFloats = [SIMD, ...unsigned(228)];
const multiplyFloats = [SIMD, ...unsigned(230)];

/** The whole module. It imports `env.memory` and exports `apply`. */
export function simdKernel(): Uint8Array<ArrayBuffer> {
  const locals = vector([
    [1, I32],
    [SUM_COUNT + 1, V128],
  ]);
  const body = [...locals, ...loop(block()), END];
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, vector([[FUNCTION, ...vector(new Array<number[]>(6).fill([I32])), 0]])),
    ...section(2, vector([[...name('env'), ...name('memory'), 0x02, 0x00, 1]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...name('apply'), 0x00, 0]])),
    ...section(10, vector([[...unsigned(body.length), ...body]])),
  ]);
}

/** Eight rows. */
function block(): number[] {
  return [
    ...Array.from({ length: SUM_COUNT }, (_, i) => [
      ...(i < 2 ? [...localGet(BIASES), ...load(16 * i)] : zeros),
      ...localSet(FIRST_SUM + i),
    ]).flat(),
    ...localGet(X),
    ...localSet(INPUT_PLACE),
    ...loop(inputs()),
    ...[0, 1].flatMap((half) => [
      ...localGet(OUT),
      ...localGet(FIRST_SUM + half),
      ...[2, 4, 6].flatMap((i) => [...localGet(FIRST_SUM + half + i), ...addFloats]),
      ...store(16 * half),
    ]),
    ...advance(BIASES, ROW_BYTES),
    ...localSet(BIASES),
    ...advance(OUT, ROW_BYTES),
    ...localSet(OUT),
    ...localGet(BLOCKS),
    ...constant(1),
    subtract,
    ...localTee(BLOCKS),
    ...branchIf(0),
  ];
}

/** Four inputs of eight rows. */
function inputs(): number[] {
  return [
    ...Array.from({ length: INPUTS_AT_ONCE }, (_, i) => [
      ...localGet(INPUT_PLACE),
      ...loadOneFourTimes(4 * i),
      ...localSet(INPUT),
      ...[0, 1].flatMap((half) => [
        ...localGet(FIRST_SUM + 2 * i + half),
        ...localGet(WEIGHTS),
        ...load(ROW_BYTES * i + 16 * half),
        ...localGet(INPUT),
        ...multiplyFloats,
        ...addFloats,
        ...localSet(FIRST_SUM + 2 * i + half),
      ]),
    ]).flat(),
    ...advance(WEIGHTS, ROW_BYTES * INPUTS_AT_ONCE),
    ...localSet(WEIGHTS),
    ...advance(INPUT_PLACE, 4 * INPUTS_AT_ONCE),
    ...localTee(INPUT_PLACE),
    ...localGet(X_END),
    lessThan,
    ...branchIf(0),
  ];
}

const advance = (local: number, bytes: number): number[] => [...localGet(local), ...constant(bytes), add];

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): number[] {
  return [...unsigned(text.length), ...Array.from(text, (character) => character.charCodeAt(0))];
}

/** LEB128: seven bits a byte, lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
