/** Draco's decoder as three.js ships it. The build makes a module of it. */
declare module 'three/examples/jsm/libs/draco/gltf/draco_decoder.js' {
  interface DracoObject {
    readonly ptr: number;
  }
  export interface DracoMeshObject extends DracoObject {
    num_points(): number;
    num_faces(): number;
  }
  export interface DracoAttributeObject extends DracoObject {
    num_components(): number;
  }
  export interface DracoDecoderObject extends DracoObject {
    GetEncodedGeometryType(bytes: Uint8Array): number;
    DecodeArrayToMesh(bytes: Uint8Array, length: number, mesh: DracoMeshObject): { ok(): boolean };
    GetAttributeByUniqueId(mesh: DracoMeshObject, id: number): DracoAttributeObject;
    GetAttributeDataArrayForAllPoints(
      mesh: DracoMeshObject,
      attribute: DracoAttributeObject,
      type: number,
      length: number,
      pointer: number,
    ): boolean;
    GetTrianglesUInt32Array(mesh: DracoMeshObject, length: number, pointer: number): boolean;
  }
  export interface DracoModule {
    readonly [dataType: string]: unknown;
    Decoder: new () => DracoDecoderObject;
    Mesh: new () => DracoMeshObject;
    readonly TRIANGULAR_MESH: number;
    /** Replaced when it grows. */
    readonly HEAPU8: Uint8Array;
    _malloc(length: number): number;
    _free(pointer: number): void;
    destroy(object: DracoObject): void;
  }
  const createDraco: () => Promise<DracoModule>;
  export default createDraco;
}
