import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildAvatar } from '../../../characters/build-avatar.js';
import { aria } from '../../../characters/character.js';
import { writeGlb } from '../../../characters/glb.js';
import { partOf } from '../../helpers/node/posed-avatar.js';

/** Slow: occlusion is baked twice, some 12 s each. */
describe('an avatar with baked occlusion', () => {
  it('is darker in its creases, stays within 600 kB, and is the same, byte for byte, when it is built again', async () => {
    const avatar = buildAvatar(aria);
    const { occlusion } = partOf(avatar, 'skin');
    assert.ok(Math.min(...occlusion) < 0.4 && Math.max(...occlusion) > 0.95);
    const bytes = await writeGlb(avatar);
    assert.ok(bytes.length <= 600_000);
    assert.ok(Buffer.from(bytes).equals(Buffer.from(await writeGlb(buildAvatar(aria)))));
  });
});
