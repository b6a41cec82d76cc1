/** Add-on `splats`: heads of Gaussian splats. */
import { SkinnedMesh } from 'three';
import type { ChannelNames } from '../../shared/contracts/channel-names.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { freeBuffers } from '../../shared/core/free-buffers.js';
import type { AvatarModel } from '../loaders/avatar-model.js';
import { buffersOf } from '../loaders/geometry-buffers.js';
import { readGlb } from '../loaders/glb-reader.js';
import { unpackLam } from './lam-files.js';
import { readPlySplats } from './ply-splats.js';
import { SplatHead } from './splat-head.js';

/**
 * A Gaussian head in LAM's public format: a zip archive of a skinned mesh with ARKit shapes and one splat per vertex.
 *
 * @see https://github.com/aigc3d/LAM
 * @throws {AvatarError} `unsupportedAvatarAsset` if it is not such an archive or damaged.
 */
export async function loadSplatAvatar(archive: ArrayBuffer, channelNames?: ChannelNames): Promise<AvatarModel> {
  const files = await unpackLam(archive);
  const splats = readPlySplats(files.splats);
  const { scene } = await readGlb(files.skin);
  const meshes: SkinnedMesh[] = [];
  scene.traverse((object) => {
    if (object instanceof SkinnedMesh) meshes.push(object);
  });
  const skin = meshes.find(({ geometry }) => geometry.attributes.position.count === splats.count);
  if (!skin) {
    throw new AvatarError(
      ErrorCode.unsupportedAvatarAsset,
      `The head has ${splats.count} splats, but skin.glb has no skinned mesh of so many vertices`,
    );
  }
  const read = buffersOf(meshes.map(({ geometry }) => geometry));
  const head = new SplatHead(scene, skin, splats, files.animation, channelNames);
  freeBuffers([...read, files.skin, files.splats.buffer, ...(files.animation ? [files.animation] : [])]);
  return head;
}
