/** The parts of glTF 2.0's JSON that an avatar needs, as the specification names them. */
export interface TextureReference {
  index: number;
  texCoord?: number;
  scale?: number;
  strength?: number;
  extensions?: { KHR_texture_transform?: { offset?: [number, number]; rotation?: number; scale?: [number, number]; texCoord?: number } };
}

export interface GltfMaterial {
  name?: string;
  pbrMetallicRoughness?: {
    baseColorFactor?: [number, number, number, number];
    baseColorTexture?: TextureReference;
    metallicFactor?: number;
    roughnessFactor?: number;
    metallicRoughnessTexture?: TextureReference;
  };
  normalTexture?: TextureReference;
  occlusionTexture?: TextureReference;
  emissiveTexture?: TextureReference;
  emissiveFactor?: [number, number, number];
  alphaMode?: 'OPAQUE' | 'MASK' | 'BLEND';
  alphaCutoff?: number;
  doubleSided?: boolean;
  extensions?: { KHR_materials_unlit?: object };
  extras?: Record<string, unknown>;
}

export interface GltfPrimitive {
  attributes: Record<string, number>;
  indices?: number;
  material?: number;
  mode?: number;
  targets?: Record<string, number>[];
  extras?: { targetNames?: string[] };
}

export interface GltfNode {
  name?: string;
  children?: number[];
  mesh?: number;
  skin?: number;
  matrix?: number[];
  translation?: number[];
  rotation?: number[];
  scale?: number[];
}

export interface GltfAccessor {
  bufferView?: number;
  byteOffset?: number;
  componentType: number;
  count: number;
  type: 'SCALAR' | 'VEC2' | 'VEC3' | 'VEC4' | 'MAT4';
  normalized?: boolean;
  sparse?: {
    count: number;
    indices: { bufferView: number; byteOffset?: number; componentType: number };
    values: { bufferView: number; byteOffset?: number };
  };
}

export interface GltfBufferView {
  buffer: number;
  byteOffset?: number;
  byteLength: number;
  byteStride?: number;
  extensions?: { EXT_meshopt_compression?: GltfBufferView & { count: number; byteStride: number; mode: 'ATTRIBUTES' | 'TRIANGLES' | 'INDICES'; filter?: 'NONE' | 'OCTAHEDRAL' | 'QUATERNION' | 'EXPONENTIAL' } };
}

export interface GltfTexture {
  sampler?: number;
  source?: number;
  extensions?: { EXT_texture_webp?: { source: number } };
}

export interface GltfJson {
  asset: { version: string };
  extensionsRequired?: string[];
  scene?: number;
  scenes?: { nodes?: number[] }[];
  nodes?: GltfNode[];
  meshes?: { name?: string; primitives: GltfPrimitive[]; extras?: { targetNames?: string[] } }[];
  skins?: { joints: number[]; inverseBindMatrices?: number }[];
  materials?: GltfMaterial[];
  textures?: GltfTexture[];
  images?: { bufferView?: number; mimeType?: string; uri?: string }[];
  samplers?: { magFilter?: number; minFilter?: number; wrapS?: number; wrapT?: number }[];
  accessors?: GltfAccessor[];
  bufferViews?: GltfBufferView[];
}
