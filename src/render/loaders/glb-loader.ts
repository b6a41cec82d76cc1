import { hasThreeMaterials } from '../materials/replace-materials.js';
import type { AvatarModel } from './avatar-model.js';
import { GlbAvatar } from './glb-avatar.js';
import { readGlb } from './glb-reader.js';
import type { ReadOptions } from './load-avatar.js';

/**
 * An avatar from a binary glTF 2.0 file: meshopt compression and quantisation are understood, Draco and KTX2 are not.
 *
 * @throws {Error} when the file is damaged or needs what is not understood.
 */
export async function loadGlbAvatar(bytes: ArrayBuffer, { isSoftware, addOns }: ReadOptions): Promise<AvatarModel> {
  const scene = await readGlb(bytes);
  if (hasThreeMaterials(scene)) (await addOns.load('materials')).bringShaderTexts();
  return new GlbAvatar(scene, isSoftware);
}
