import {
  BoxGeometry,
  type BufferGeometry,
  Float32BufferAttribute,
  Mesh,
  Object3D,
  PerspectiveCamera,
  SphereGeometry,
  Vector3,
} from 'three';
import { assert, describe, it } from '#test';
import { anchorsOf } from '../../../src/render/loaders/anchors.js';
import type { View } from '../../../src/shared/contracts/framing.js';
import { frameCamera } from '../../../src/shared/core/frame-camera.js';
import '../../../src/motion/retarget/names/register.js';

interface Figure {
  readonly scene: Object3D;
  readonly head: Object3D;
  /** Everything that must not be cut in a portrait. */
  readonly parts: readonly Mesh[];
}

const part = (geometry: BufferGeometry, parent: Object3D, x: number, y: number, z = 0): Mesh => {
  const mesh = new Mesh(geometry);
  mesh.position.set(x, y, z);
  parent.add(mesh);
  return mesh;
};

/** A body of boxes, arms spread, with a head joint under which the head hangs. All in metres. */
function figure(bodyHeight: number, makeHead: (joint: Object3D) => Mesh[]): Figure {
  const scene = new Object3D();
  const width = bodyHeight * 0.28;
  part(new BoxGeometry(width, bodyHeight * 0.96, width * 0.5, 6, 24, 3), scene, 0, bodyHeight * 0.48);
  part(new BoxGeometry(bodyHeight, width * 0.25, width * 0.25, 20, 2, 2), scene, 0, bodyHeight * 0.9);
  part(new BoxGeometry(width * 0.35, bodyHeight * 0.06, width * 0.3, 2, 4, 2), scene, 0, bodyHeight * 0.98);
  const head = new Object3D();
  head.position.y = bodyHeight;
  scene.add(head);
  const parts = makeHead(head);
  scene.updateMatrixWorld(true);
  return { scene, head, parts };
}

const ball = (radius: number, x = 1, y = 1, z = 1): BufferGeometry => new SphereGeometry(radius, 24, 24).scale(x, y, z);

const FIGURES: Readonly<Record<string, Figure>> = {
  'of an adult': figure(1.5, (joint) => [part(ball(0.12, 0.7, 1, 0.85), joint, 0, 0.1)]),
  'that is wide': figure(1.5, (joint) => [part(ball(0.12, 2.6, 1, 1), joint, 0, 0.1)]),
  'with ears at its sides': figure(1.5, (joint) => [
    part(ball(0.12), joint, 0, 0.1),
    part(ball(0.05), joint, 0.34, 0.1),
    part(ball(0.05), joint, -0.34, 0.1),
  ]),
  'with a long snout': figure(1, (joint) => [part(ball(0.15), joint, 0, 0.12), part(ball(0.1, 0.8, 0.8, 4), joint, 0, 0.08, 0.35)]),
  'that is tiny': figure(1.7, (joint) => [part(ball(0.035), joint, 0, 0.03)]),
  'of a chibi': figure(0.45, (joint) => [part(ball(0.3, 1.1, 1, 1), joint, 0, 0.24)]),
  'with a tall hat': figure(1.5, (joint) => [
    part(ball(0.12), joint, 0, 0.1),
    part(new BoxGeometry(0.15, 0.4, 0.15, 2, 6, 2), joint, 0, 0.38),
  ]),
};

/** Extent in the picture, −1..1, of what is drawn of the meshes. */
function seen(meshes: readonly Mesh[], scene: Object3D, joint: Object3D | undefined, view: View, aspect: number) {
  const { x, y, z, fovDegrees } = frameCamera(view, anchorsOf(scene, joint ? { head: joint } : {}), aspect, {
    x: 0,
    y: 0,
    z: 0,
    fovDegrees: 0,
  });
  const camera = new PerspectiveCamera(fovDegrees, aspect, 0.001, 100);
  camera.position.set(x, y, z);
  camera.updateMatrixWorld(true);
  const low = new Vector3(Infinity, Infinity, Infinity);
  const high = new Vector3(-Infinity, -Infinity, -Infinity);
  const point = new Vector3();
  for (const mesh of meshes) {
    for (let vertex = 0; vertex < mesh.geometry.attributes.position.count; vertex++) {
      mesh.getVertexPosition(vertex, point).applyMatrix4(mesh.matrixWorld).project(camera);
      low.min(point);
      high.max(point);
    }
  }
  return { left: low.x, right: high.x, bottom: low.y, top: high.y };
}

const meshesOf = (scene: Object3D): Mesh[] => {
  const meshes: Mesh[] = [];
  scene.traverse((object) => object instanceof Mesh && meshes.push(object));
  return meshes;
};

describe('The camera before a head', () => {
  for (const [kind, { scene, head, parts }] of Object.entries(FIGURES)) {
    for (const hasJoint of [true, false]) {
      it(`${kind} ${hasJoint ? 'with' : 'without'} a joint cuts nothing of it and shows it large`, () => {
        for (const aspect of [0.6, 1, 1.7]) {
          for (const view of ['portrait', 'bust'] as const) {
            const { left, right, bottom, top } = seen(parts, scene, hasJoint ? head : undefined, view, aspect);
            const where = `${view} at ${aspect}: ${[left, right, bottom, top].map((value) => value.toFixed(2)).join(' ')}`;
            assert.isTrue(left > -1 && right < 1 && top < 1 && bottom > -1, where);
            // A head fills most of one direction in a portrait, and a good part of it in a bust.
            assert.isAbove(Math.max((right - left) / 2, (top - bottom) / 2), view === 'portrait' ? (hasJoint ? 0.5 : 0.35) : 0.25, where);
          }
        }
      });
    }

    it(`${kind} shows the whole figure in full`, () => {
      for (const aspect of [0.6, 1.7]) {
        const { left, right, bottom, top } = seen(meshesOf(scene), scene, head, 'full', aspect);
        const where = [left, right, bottom, top].map((value) => value.toFixed(2)).join(' ');
        assert.isTrue(left > -1 && right < 1 && top < 1 && bottom > -1, where);
        assert.isAbove(Math.max((right - left) / 2, (top - bottom) / 2), 0.75, where);
      }
    });
  }

  it('whose joint sits in its middle or above is shown down to the chin', () => {
    for (const pivotY of [0, 0.05]) {
      const scene = new Object3D();
      const head = new Object3D();
      head.position.y = 1.5 + pivotY;
      scene.add(head);
      part(ball(0.14, 0.8, 1, 0.9), head, 0, -pivotY);
      const eyes = [0.03, -0.03].map((x) => part(ball(0.012), head, x, 0.01 - pivotY, 0.1));
      const { topY, eyes: middle, head: box } = anchorsOf(scene, { head, leftEye: eyes[0], rightEye: eyes[1] });
      assert.closeTo(topY, 1.64, 1e-6);
      assert.closeTo(middle.y, 1.51, 1e-6);
      assert.closeTo(box!.bottomY, 1.36, 0.01);
    }
  });

  it('finds the eyes by the shapes that close them where there are no joints', () => {
    const face = new Mesh(new SphereGeometry(0.12, 32, 32));
    const { position } = face.geometry.attributes;
    const deltas = Array.from({ length: position.count }, (_, vertex) => {
      const [x, y, z] = [position.getX(vertex), position.getY(vertex), position.getZ(vertex)];
      return [0, z > 0.06 && y > 0.02 && y < 0.05 && Math.abs(x) > 0.01 && Math.abs(x) < 0.06 ? -0.01 : 0, 0];
    });
    face.geometry.morphAttributes.position = [new Float32BufferAttribute(deltas.flat(), 3)];
    face.geometry.morphTargetsRelative = true;
    face.updateMorphTargets();
    face.morphTargetDictionary = { eyesClosed: 0 };
    const scene = new Object3D();
    face.position.set(0, 1.5, 0);
    scene.add(face);
    const { eyes } = anchorsOf(scene, {});
    assert.closeTo(eyes.x, 0, 1e-3);
    assert.closeTo(eyes.y, 1.535, 0.01);
    assert.isAbove(eyes.z, 0.06);
  });
});
