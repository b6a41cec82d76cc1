import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGlbChunks } from '../../../src/render/files/glb-chunks.js';
import { checkedFile } from '../../../src/render/files/prepare-file.js';
import { readGlb } from '../../../src/render/loaders/glb-reader.js';
import { AvatarError, ErrorCode } from '../../../src/shared/contracts/errors.js';
import { changedTriangle, FILE_ADD_ONS, glbOf, HOSTILE, triangleDocument } from '../../helpers/hostile-glb.js';

/** Time of the processor, so that work which grows too fast is noticed on a busy machine, too. */
const LIMIT_MS = 2000;

describe('The checks of avatar files', () => {
  for (const [name, { file, error }] of Object.entries(HOSTILE)) {
    it(`refuse ${name}, at once and with the reason`, async () => {
      const bytes = file();
      const before = process.cpuUsage();
      await assert.rejects(checkedFile(bytes.buffer, FILE_ADD_ONS), (reason: unknown) => {
        assert.ok(reason instanceof AvatarError);
        assert.equal(reason.code, ErrorCode.unsupportedAvatarAsset);
        assert.match(reason.message, error);
        assert.ok(reason.message.length < 300);
        return true;
      });
      const { user, system } = process.cpuUsage(before);
      assert.ok((user + system) / 1000 < LIMIT_MS);
    });
  }

  it('hand on what a small file holds, and nothing else', async () => {
    const packed = await checkedFile(
      changedTriangle((document) => {
        document.animations = [{ channels: [], samplers: [] }];
        document.cameras = [{ type: 'perspective', perspective: { yfov: 1, znear: 1 } }];
        document.nodes[0].camera = 0;
        document.meshes[0].primitives[0].targets[0].NORMAL = 1;
      }).buffer,
      FILE_ADD_ONS,
    );
    const { document } = readGlbChunks(new Uint8Array(packed));
    assert.equal(document.animations, undefined);
    assert.deepEqual(document.meshes![0].primitives[0].targets, [{ POSITION: 1 }, { POSITION: 2 }]);
    const { scene, cameras } = await readGlb(packed);
    assert.deepEqual(cameras, []);
    const face = scene.getObjectByName('face') as unknown as {
      geometry: { attributes: { position: { array: Float32Array } }; morphAttributes: { position: { array: Float32Array }[] } };
    };
    assert.deepEqual([...face.geometry.attributes.position.array], [0, 0, 0, 1, 0, 0, 0, 1, 0]);
    assert.deepEqual(
      face.geometry.morphAttributes.position.map(({ array }) => [...array].map((value) => Math.round(value * 10) / 10)),
      [
        [0, 0, 0, 0.1, 0, 0, 0, 0.1, 0],
        [0, 0, 0, 0, 0, 0, 0, 0.2, 0],
      ],
    );
  });

  it('decide about the same of two equal members as the renderer', async () => {
    const { document, binary } = triangleDocument();
    const text = JSON.stringify(document).replace('"asset"', '"images":[{"uri":"https://attacker.invalid/x.png"}],"images":[],"asset"');
    const packed = await checkedFile(
      glbOf([
        { type: 'JSON', content: text },
        { type: 'BIN', content: binary },
      ]).buffer,
      FILE_ADD_ONS,
    );
    assert.doesNotMatch(new TextDecoder().decode(packed), /attacker/);
  });

  it('move buffers and images of data: URIs into the file', async () => {
    const { document, binary } = triangleDocument();
    document.buffers[0].uri = `data:application/octet-stream;base64,${btoa(String.fromCharCode(...binary))}`;
    const packed = await checkedFile(glbOf([{ type: 'JSON', content: JSON.stringify(document) }]).buffer, FILE_ADD_ONS);
    assert.doesNotMatch(new TextDecoder().decode(packed), /data:/);
    const { scene } = await readGlb(packed);
    assert.ok(scene.getObjectByName('face'));
  });

  it('give a shape without positions none that it does not have', async () => {
    const packed = await checkedFile(
      changedTriangle(({ meshes }) => (meshes[0].primitives[0].targets = [{ NORMAL: 1 }, { POSITION: 1 }])).buffer,
      FILE_ADD_ONS,
    );
    const { scene } = await readGlb(packed);
    const { geometry } = scene.getObjectByName('face') as unknown as {
      geometry: { morphAttributes: { position: { array: Float32Array }[] } };
    };
    assert.deepEqual([...geometry.morphAttributes.position[0].array], new Array(9).fill(0));
  });

  it('pass hundreds of shapes', async () => {
    const packed = await checkedFile(
      changedTriangle(({ meshes }) => {
        meshes[0].primitives[0].targets = Array.from({ length: 900 }, (_, shape) => ({ POSITION: 1 + (shape % 2) }));
        delete meshes[0].extras;
      }).buffer,
      FILE_ADD_ONS,
    );
    const { scene } = await readGlb(packed);
    const { geometry } = scene.getObjectByName('face') as unknown as { geometry: { morphAttributes: { position: unknown[] } } };
    assert.equal(geometry.morphAttributes.position.length, 900);
  });
});
