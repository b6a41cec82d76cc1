import { hasThreeMaterials } from '../materials/replace-materials.js';
import type { AvatarModel } from './avatar-model.js';
import { GlbAvatar } from './glb-avatar.js';
import { extensionsOf } from './glb-extensions.js';
import { readGlb } from './glb-reader.js';
import { isPlainlyNamed, loadNameReader } from './name-reading.js';
import type { ReadOptions } from './read-options.js';

/**
 * Loads an avatar from a binary glTF 2.0 file or a VRM: a built-in one, or one that `files/prepare-file.ts` has checked.
 *
 * @throws {Error} if the file is damaged or needs unsupported features.
 * @throws {AvatarError} `renderingFailed` if an add-on that it needs cannot be loaded.
 */
export async function loadGlbAvatar(bytes: ArrayBuffer, options: ReadOptions): Promise<AvatarModel> {
  const { isSoftware, addOns, channelNames } = options;
  const extensions = extensionsOf(bytes);
  if (extensions.includes('VRM') || extensions.includes('VRMC_vrm')) {
    const [{ bringShaderTexts }, { loadVrmAvatar }] = await Promise.all([
      addOns.load('materials'),
      addOns.load('vrm'),
      loadNameReader(addOns),
    ]);
    bringShaderTexts();
    return loadVrmAvatar(bytes, options);
  }
  const { scene } = await readGlb(bytes, options);
  const hasMaterials = hasThreeMaterials(scene);
  const [materials] = await Promise.all([
    hasMaterials ? addOns.load('materials') : null,
    isPlainlyNamed(scene, channelNames) ? null : loadNameReader(addOns),
  ]);
  materials?.bringShaderTexts();
  return new GlbAvatar(scene, { format: 'glb', isSoftware, channelNames });
}
