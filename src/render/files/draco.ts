/**
 * Add-on `draco` of the loader worker: decodes meshes that are compressed with Draco. The decoder is plain JavaScript: policies need not
 * allow WebAssembly.
 *
 * @see https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_draco_mesh_compression
 */
import createDraco, { type DracoModule } from 'three/examples/jsm/libs/draco/gltf/draco_decoder.js';
import { Lazy } from '../../shared/core/lazy.js';
import { type DecodeDraco, type DecodedMesh, type DracoAttribute, require } from './gltf-document.js';

/** Draco's data types by glTF's `componentType`. */
const DATA_TYPES: Readonly<Record<number, string>> = {
  5120: 'DT_INT8',
  5121: 'DT_UINT8',
  5122: 'DT_INT16',
  5123: 'DT_UINT16',
  5125: 'DT_UINT32',
  5126: 'DT_FLOAT32',
};
const TRIANGLE_BYTES = 12;

const module = new Lazy(createDraco);

/** @throws {Error} for a damaged mesh, and for one of more than `limitBytes` decoded. */
export const decodeDraco: DecodeDraco = async (bytes, attributes, limitBytes) => {
  const draco = await module.get();
  const decoder = new draco.Decoder();
  const mesh = new draco.Mesh();
  try {
    const isMesh = decoder.GetEncodedGeometryType(bytes) === draco.TRIANGULAR_MESH;
    require(isMesh && decoder.DecodeArrayToMesh(bytes, bytes.length, mesh).ok(), 'a mesh that is compressed with Draco is damaged');
    const [count, triangleCount] = [mesh.num_points(), mesh.num_faces()];
    const total = attributes.reduce((sum, { bytes: size }) => sum + size * count, triangleCount * TRIANGLE_BYTES);
    require(count > 0 && total <= limitBytes, 'a mesh that is compressed with Draco is too large');
    return {
      count,
      attributes: attributes.map((attribute) => attributeOf(draco, decoder, mesh, attribute)),
      indices: copied(draco, triangleCount * TRIANGLE_BYTES, (length, pointer) => decoder.GetTrianglesUInt32Array(mesh, length, pointer)),
    } satisfies DecodedMesh;
  } finally {
    draco.destroy(mesh);
    draco.destroy(decoder);
  }
};

function attributeOf(
  draco: DracoModule,
  decoder: InstanceType<DracoModule['Decoder']>,
  mesh: InstanceType<DracoModule['Mesh']>,
  { id, componentType, components, bytes }: DracoAttribute,
): Uint8Array {
  const attribute = decoder.GetAttributeByUniqueId(mesh, id);
  require(attribute.ptr !== 0 && attribute.num_components() === components, 'a mesh that is compressed with Draco lacks an attribute');
  const type = draco[DATA_TYPES[componentType]] as number;
  return copied(draco, mesh.num_points() * bytes, (length, pointer) =>
    decoder.GetAttributeDataArrayForAllPoints(mesh, attribute, type, length, pointer),
  );
}

/** Bytes that the decoder has written into its own memory. */
function copied(draco: DracoModule, length: number, write: (length: number, pointer: number) => boolean): Uint8Array {
  const pointer = draco._malloc(length);
  try {
    require(pointer !== 0 && write(length, pointer), 'a mesh that is compressed with Draco cannot be decoded');
    return draco.HEAPU8.slice(pointer, pointer + length);
  } finally {
    draco._free(pointer);
  }
}
