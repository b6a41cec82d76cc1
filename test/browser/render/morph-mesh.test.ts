import { assert } from 'chai';
import { BufferAttribute, type BufferGeometry, Mesh, PlaneGeometry, Vector3 } from 'three';
import { createRandom } from '../../../src/motion/life/random.js';
import { MorphMesh } from '../../../src/render/morph-mesh.js';

/** A bumpy sheet with three shapes; the last one moves a corner only. */
function sheet(quantised: boolean): Mesh {
  const random = createRandom(7);
  const geometry: BufferGeometry = new PlaneGeometry(2, 2, 12, 12);
  const { position } = geometry.attributes;
  for (let vertex = 0; vertex < position.count; vertex++) position.setZ(vertex, 0.1 * random());
  geometry.computeVertexNormals();
  geometry.morphAttributes.position = [1, 1, 0.1].map((part) => {
    const target = new Float32Array(position.count * 3);
    for (let vertex = 0; vertex < position.count * part; vertex++)
      for (let axis = 0; axis < 3; axis++) target[vertex * 3 + axis] = 0.3 * (random() - 0.5);
    return new BufferAttribute(target, 3);
  });
  if (quantised) {
    const quantise = (attribute: BufferAttribute) =>
      new BufferAttribute(
        Int16Array.from(attribute.array, (value) => Math.round((value / 2) * 32767)),
        3,
        true,
      );
    geometry.setAttribute('position', quantise(position as BufferAttribute));
    geometry.morphAttributes.position = (geometry.morphAttributes.position as BufferAttribute[]).map(quantise);
  }
  const mesh = new Mesh(geometry);
  mesh.morphTargetDictionary = { first: 0, second: 1, corner: 2 };
  return mesh;
}

/** The same by the formulas of the overview, with nothing left out. */
class Reference {
  readonly positions: Vector3[];
  readonly normals: Vector3[];
  private readonly targets: Vector3[][];
  private readonly index: number[];

  constructor({ geometry }: Mesh) {
    const vectors = (attribute: { count: number }) =>
      Array.from({ length: attribute.count }, (_, vertex) => new Vector3().fromBufferAttribute(attribute as BufferAttribute, vertex));
    this.positions = vectors(geometry.attributes.position);
    this.normals = vectors(geometry.attributes.normal);
    this.targets = geometry.morphAttributes.position!.map(vectors);
    this.index = [...geometry.index!.array];
  }

  deformed(weights: readonly number[]): { positions: Vector3[]; normals: Vector3[] } {
    const positions = this.positions.map((rest, vertex) =>
      weights.reduce((sum, weight, shape) => sum.addScaledVector(this.targets[shape][vertex], weight), rest.clone()),
    );
    const before = this.computed(this.positions);
    const after = this.computed(positions);
    const normals = this.normals.map((rest, vertex) => rest.clone().add(after[vertex]).sub(before[vertex]).normalize());
    return { positions, normals };
  }

  private computed(positions: Vector3[]): Vector3[] {
    const sums = positions.map(() => new Vector3());
    for (let corner = 0; corner < this.index.length; corner += 3) {
      const [a, b, c] = this.index.slice(corner, corner + 3);
      const normal = positions[b].clone().sub(positions[a]).cross(positions[c].clone().sub(positions[a]));
      for (const vertex of [a, b, c]) sums[vertex].add(normal);
    }
    return sums.map((sum) => sum.normalize());
  }
}

function assertAttribute(mesh: Mesh, name: 'position' | 'normal', expected: Vector3[], tolerance: number): void {
  const place = new Vector3();
  expected.forEach((vector, vertex) => {
    place.fromBufferAttribute(mesh.geometry.attributes[name], vertex);
    assert.isBelow(place.distanceTo(vector), tolerance, `${name} ${vertex}`);
  });
}

describe('Morphs on the CPU', () => {
  for (const quantised of [false, true]) {
    it(`place vertices and normals as the plain formulas do (${quantised ? 'quantised' : 'float'} attributes)`, () => {
      const mesh = sheet(quantised);
      const reference = new Reference(mesh);
      const morphs = new MorphMesh(mesh);
      assert.deepEqual([...morphs.names], ['first', 'second', 'corner']);
      for (const weights of [
        [0.7, 0, 0],
        [0.2, 0.9, 1],
        [0, 0, 0.5],
        [0, 0, 0],
        [1, 1, 1],
      ]) {
        morphs.weights.set(weights);
        morphs.update();
        const { positions, normals } = reference.deformed(weights);
        assertAttribute(mesh, 'position', positions, 1e-5);
        assertAttribute(mesh, 'normal', normals, 1e-4);
      }
    });
  }

  it('send only the part of the buffers that changed, and nothing when no weight did', () => {
    const mesh = sheet(false);
    const morphs = new MorphMesh(mesh);
    assert.isFalse(morphs.update());
    morphs.weights[2] = 1;
    assert.isTrue(morphs.update());
    const [sent] = (mesh.geometry.attributes.position as BufferAttribute).updateRanges;
    assert.equal(sent.start, 0);
    assert.equal(sent.count, morphs.movedBy(2) * 3);
    assert.isBelow(sent.count, mesh.geometry.attributes.position.count);
    assert.isFalse(morphs.update());
  });

  it('keep the two sides of a texture seam together, and the two rims of closed lips apart', () => {
    const mesh = sheet(false);
    const { geometry } = mesh;
    // Vertex 20 twice more: one twin moves along, the other does not.
    const copied = (attribute: BufferAttribute, last: number[] | null) =>
      new BufferAttribute(
        Float32Array.from([...attribute.array, ...attribute.array.slice(60, 63), ...(last ?? attribute.array.slice(60, 63))]),
        3,
      );
    const count = geometry.attributes.position.count;
    for (const name of ['position', 'normal']) geometry.setAttribute(name, copied(geometry.attributes[name] as BufferAttribute, null));
    geometry.morphAttributes.position = (geometry.morphAttributes.position as BufferAttribute[]).map((target) => copied(target, [0, 0, 0]));
    geometry.deleteAttribute('uv');
    const morphs = new MorphMesh(mesh);
    morphs.weights[0] = 1;
    morphs.update();
    const normalOf = (vertex: number) => new Vector3().fromBufferAttribute(geometry.attributes.normal, vertex);
    assert.isBelow(normalOf(20).distanceTo(normalOf(count)), 1e-6);
    assert.isAbove(normalOf(20).distanceTo(normalOf(count + 1)), 1e-3);
  });
});
