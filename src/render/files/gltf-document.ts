/** The parts of a glTF document that are checked or rewritten. Nothing in it is trusted: every field may be anything. */
export interface Gltf {
  asset?: { version?: string };
  scene?: number;
  scenes?: { nodes?: number[] }[];
  nodes?: GltfNode[];
  meshes?: { primitives: GltfPrimitive[] }[];
  skins?: { joints: number[]; inverseBindMatrices?: number }[];
  accessors?: GltfAccessor[];
  bufferViews?: GltfView[];
  buffers?: { uri?: string; byteLength?: number }[];
  images?: GltfImage[];
  textures?: { source?: number; extensions?: Record<string, { source?: number }> }[];
  materials?: object[];
  animations?: unknown;
  extensionsUsed?: string[];
  extensionsRequired?: string[];
  extensions?: Record<string, unknown>;
}

export interface GltfNode {
  children?: number[];
  mesh?: number;
  skin?: number;
  extensions?: Record<string, unknown>;
}

export interface GltfPrimitive {
  attributes: Record<string, number>;
  indices?: number;
  targets?: Record<string, number>[];
  extensions?: Record<string, unknown>;
}

export interface GltfAccessor {
  bufferView?: number;
  byteOffset?: number;
  componentType: number;
  count: number;
  type: string;
  sparse?: {
    count: number;
    indices: { bufferView: number; byteOffset?: number; componentType: number };
    values: { bufferView: number; byteOffset?: number };
  };
}

export interface GltfView {
  buffer: number;
  byteOffset?: number;
  byteLength: number;
  byteStride?: number;
  extensions?: Record<string, unknown>;
}

export interface GltfImage {
  name?: string;
  uri?: string;
  mimeType?: string;
  bufferView?: number;
}

/** An attribute to decode from a mesh that is compressed with Draco. */
export interface DracoAttribute {
  /** Its unique id in the compressed mesh. */
  readonly id: number;
  readonly componentType: number;
  readonly components: number;
  /** Bytes of an element. */
  readonly bytes: number;
}

export interface DecodedMesh {
  /** Vertices. */
  readonly count: number;
  /** In the order of the request. */
  readonly attributes: readonly Uint8Array[];
  /** 32 bits each. */
  readonly indices: Uint8Array;
}

export type DecodeDraco = (bytes: Uint8Array, attributes: readonly DracoAttribute[], limitBytes: number) => Promise<DecodedMesh>;

/** Bytes of a component by `componentType`. */
export const COMPONENT_BYTES: Readonly<Record<number, number>> = { 5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4 };
/** Components of an element by `type`. */
export const COMPONENTS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 };

/** @throws {Error} with `message`, for the author of the file, unless the condition holds. */
export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** An entry of one of the document's lists. @throws {Error} if the index is not one of the list's. */
export function entryOf<Entry>(list: readonly Entry[] | undefined, index: unknown, name: string): Entry {
  const entry = Number.isInteger(index) ? list?.[index as number] : undefined;
  require(typeof entry === 'object' && entry !== null, `it refers to ${name} ${String(index).slice(0, 20)}, which it does not have`);
  return entry;
}

/** A length, count or offset. @throws {Error} unless it is an integer from `least` to `most`. */
export function wholeNumber(value: unknown, least: number, most: number, name: string): number {
  require(Number.isInteger(value) &&
    (value as number) >= least &&
    (value as number) <= most, `its ${name} is ${String(value).slice(0, 30)}, not a whole number from ${least} to ${most}`);
  return value as number;
}
