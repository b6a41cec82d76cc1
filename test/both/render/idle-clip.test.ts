import { Object3D } from 'three';
import { assert, describe, it } from '#test';
import { type GlbDocument, writeGlb } from '../../../src/motion/files/glb-container.js';
import { IdleClip } from '../../../src/render/splats/idle-clip.js';

/** Two seconds in which `hip` moves 2 cm to its left and back, about a place 5 cm away from rest, and turns on its way. */
function clipGlb(name: string, componentType = 5126): ArrayBuffer {
  const half = Math.SQRT1_2;
  const numbers = Float32Array.of(
    0,
    1,
    2,
    /* places */ 0.05,
    0,
    0,
    0.07,
    0,
    0,
    0.05,
    0,
    0,
    /* turns */ 0,
    0,
    0,
    1,
    0,
    half,
    0,
    half,
    0,
    0,
    0,
    1,
  );
  const views = [
    [0, 12],
    [12, 36],
    [48, 48],
  ] as const;
  const document = {
    asset: { version: '2.0' },
    nodes: [{ name: 'hip' }, { name: 'head' }],
    buffers: [{ byteLength: numbers.byteLength }],
    bufferViews: views.map(([byteOffset, byteLength]) => ({ buffer: 0, byteOffset, byteLength })),
    accessors: [
      { bufferView: 0, componentType, count: 3, type: 'SCALAR' },
      { bufferView: 1, componentType, count: 3, type: 'VEC3' },
      { bufferView: 2, componentType, count: 3, type: 'VEC4' },
    ],
    animations: [
      { name: 'wave', channels: [], samplers: [] },
      {
        name,
        samplers: [
          { input: 0, output: 1 },
          { input: 0, output: 2 },
        ],
        channels: [0, 1].flatMap((node) => [
          { sampler: 0, target: { node, path: 'translation' } },
          { sampler: 1, target: { node, path: 'rotation' } },
        ]),
      },
    ],
  };
  return writeGlb({ document: document as unknown as GlbDocument, binary: new Uint8Array(numbers.buffer) }).buffer as ArrayBuffer;
}

function joint(name: string): Object3D {
  const made = new Object3D();
  made.name = name;
  made.position.set(0, 1, 0);
  return made;
}

describe('The idle movement of a head', () => {
  it('sways about the place and posture at rest, whatever those of the recording are', () => {
    const hip = joint('hip');
    const clip = IdleClip.from(clipGlb('someone_idle_1'), [hip])!;
    let [sum, least, most, turned] = [0, Infinity, -Infinity, 0];
    for (let frame = 0; frame < 4000; frame++) {
      clip.apply(0.01, 1);
      sum += hip.position.x;
      least = Math.min(least, hip.position.x);
      most = Math.max(most, hip.position.x);
      turned = Math.max(turned, Math.abs(hip.quaternion.y));
      assert.equal(hip.position.y, 1);
    }
    assert.approximately(most - least, 0.02, 1e-3);
    // Three keyframes with the same mean as the numbers: a third of the way.
    assert.approximately(least, -0.02 / 3, 1e-3);
    assert.isBelow(Math.abs(sum / 4000), 0.006);
    assert.isAbove(turned, 0.3);
  });

  it('leaves the joints at rest at amount 0, and never touches those it was not given', () => {
    const [hip, head] = [joint('hip'), joint('head')];
    const clip = IdleClip.from(clipGlb('idle'), [hip])!;
    clip.apply(0.7, 0);
    assert.deepEqual(hip.position.toArray(), [0, 1, 0]);
    hip.quaternion.toArray().forEach((value, index) => assert.approximately(value, [0, 0, 0, 1][index], 1e-6));
    clip.apply(0.7, 1);
    assert.deepEqual(head.position.toArray(), [0, 1, 0]);
    assert.deepEqual(head.quaternion.toArray(), [0, 0, 0, 1]);
  });

  it('is none where a file has none that can be used', () => {
    const hip = joint('hip');
    assert.isNull(IdleClip.from(clipGlb('speak'), [hip]));
    assert.isNull(IdleClip.from(clipGlb('idle'), [joint('other')]));
    assert.isNull(IdleClip.from(clipGlb('idle', 5122), [hip]));
    assert.isNull(IdleClip.from(new ArrayBuffer(8), [hip]));
    const whole = clipGlb('idle');
    assert.isNull(IdleClip.from(whole.slice(0, whole.byteLength - 40), [hip]));
  });
});
