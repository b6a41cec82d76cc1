/** Replaces meshes that are compressed with Draco by plain accessors. */
import {
  COMPONENT_BYTES,
  COMPONENTS,
  type DecodeDraco,
  type DracoAttribute,
  entryOf,
  type Gltf,
  type GltfPrimitive,
  require,
  wholeNumber,
} from './gltf-document.js';

const NAME = 'KHR_draco_mesh_compression';

interface Draco {
  bufferView: number;
  attributes: Record<string, number>;
}

export interface InflateOptions {
  /** The add-on, loaded when a file needs it. */
  readonly loadDraco: () => Promise<DecodeDraco>;
  readonly bytesOf: (view: number) => Uint8Array;
  /** Adds a buffer view. @returns Its index. */
  readonly add: (bytes: Uint8Array) => number;
  readonly limitBytes: number;
}

/** @throws {Error} with a message for the author of the file. @throws {AvatarError} if the add-on cannot be loaded. */
export async function inflateDraco(document: Gltf, options: InflateOptions): Promise<void> {
  for (const { primitives } of document.meshes ?? []) {
    for (const primitive of primitives) {
      const draco = primitive.extensions?.[NAME] as Draco | undefined;
      if (!draco) continue;
      delete primitive.extensions![NAME];
      await inflate(document, primitive, draco, options);
    }
  }
  for (const list of ['extensionsUsed', 'extensionsRequired'] as const) document[list] = document[list]?.filter((name) => name !== NAME);
}

async function inflate(document: Gltf, primitive: GltfPrimitive, draco: Draco, options: InflateOptions): Promise<void> {
  const entries = Object.entries(draco.attributes).map(([name, id]) => {
    const accessor = entryOf(document.accessors, primitive.attributes[name], 'accessor');
    const { componentType, type } = accessor;
    const bytes = COMPONENT_BYTES[componentType] * COMPONENTS[type];
    require(bytes > 0, 'an attribute that is compressed with Draco is of an unknown type');
    const attribute: DracoAttribute = {
      id: wholeNumber(id, 0, 0xffff, 'Draco attribute'),
      componentType,
      components: COMPONENTS[type],
      bytes,
    };
    return { name, accessor, attribute };
  });
  const decode = await options.loadDraco();
  const attributes = entries.map(({ attribute }) => attribute);
  const decoded = await decode(options.bytesOf(draco.bufferView), attributes, options.limitBytes);
  const accessors = document.accessors!;
  // Accessors of their own: others may refer to the same ones.
  entries.forEach(({ name, accessor }, index) => {
    const plain = {
      ...accessor,
      count: decoded.count,
      byteOffset: 0,
      bufferView: options.add(decoded.attributes[index]),
      sparse: undefined,
    };
    primitive.attributes[name] = accessors.push(plain) - 1;
  });
  const bufferView = options.add(decoded.indices);
  primitive.indices = accessors.push({ bufferView, componentType: 5125, count: decoded.indices.length / 4, type: 'SCALAR' }) - 1;
  // Draco has no strips.
  (primitive as { mode?: number }).mode = 4;
}
