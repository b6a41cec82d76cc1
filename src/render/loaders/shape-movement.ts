import { type Mesh, Vector3 } from 'three';
import { floatsOf, morphShapeFrom, noiseOf } from '../morph-shapes.js';

/** How far the shapes of an avatar's meshes move them. */
export class ShapeMovement {
  private readonly meshes: readonly Mesh[];
  private readonly headHeight: number;
  private readonly noise = new Map<number, number>();

  /**
   * @param meshes As loaded, world matrices up to date.
   * @param headHeight In the world, m.
   */
  constructor(meshes: readonly Mesh[], headHeight: number) {
    this.meshes = meshes;
    this.headHeight = headHeight;
  }

  /** Whether a shape moves nothing: exporters write shapes of a standard that a face does not have. */
  isEmpty(mesh: number, morph: number): boolean {
    const target = this.targetOf(mesh, morph);
    const noise = this.noiseOf(mesh);
    for (let vertex = 0; vertex < target.count; vertex++) {
      for (let axis = 0; axis < 3; axis++) if (Math.abs(target.getComponent(vertex, axis)) > noise) return false;
    }
    return true;
  }

  /** Largest movement at weight 1, as a share of the head's height. */
  shareOfHead(mesh: number, morph: number): number {
    const { vertices, deltas } = morphShapeFrom(this.targetOf(mesh, morph), this.noiseOf(mesh));
    let [most, moved] = [0, -1];
    vertices.forEach((vertex, index) => {
      const length = Math.hypot(deltas[index * 3], deltas[index * 3 + 1], deltas[index * 3 + 2]);
      if (length > most) [most, moved] = [length, vertex];
    });
    if (moved < 0) return 0;
    return this.positionOf(mesh, moved, morph).distanceTo(this.positionOf(mesh, moved, null)) / this.headHeight;
  }

  private positionOf(index: number, vertex: number, morph: number | null): Vector3 {
    const mesh = this.meshes[index];
    const influences = mesh.morphTargetInfluences;
    mesh.morphTargetInfluences = this.targetsOf(index).map((_, target) => (target === morph ? 1 : 0));
    const position = mesh.getVertexPosition(vertex, new Vector3()).applyMatrix4(mesh.matrixWorld);
    mesh.morphTargetInfluences = influences;
    return position;
  }

  private targetsOf(mesh: number) {
    return this.meshes[mesh].geometry.morphAttributes.position ?? [];
  }

  private targetOf(mesh: number, morph: number) {
    return this.targetsOf(mesh)[morph];
  }

  private noiseOf(mesh: number): number {
    let noise = this.noise.get(mesh);
    if (noise === undefined) this.noise.set(mesh, (noise = noiseOf(floatsOf(this.meshes[mesh].geometry.attributes.position))));
    return noise;
  }
}
