import type { CompressedTexture } from 'three';
import type { NameReader } from '../../motion/retarget/name-reader.js';
import type { ChannelNames } from '../../shared/contracts/channel-names.js';
import type { AddOnName } from '../../shared/contracts/stage.js';
import type { AvatarModel } from './avatar-model.js';

/** The parts of each add-on that readers call. `add-ons.ts` names the modules that implement them. */
export interface AddOns extends Record<AddOnName, object> {
  materials: { bringShaderTexts(): void };
  vrm: { loadVrmAvatar(bytes: ArrayBuffer, options: ReadOptions): Promise<AvatarModel> };
  splats: { loadSplatAvatar(archive: ArrayBuffer, channelNames?: ChannelNames): Promise<AvatarModel> };
  names: { NAME_READER: NameReader };
  ktx2: { textureFromKtx2(bytes: Uint8Array): Promise<CompressedTexture> };
}

export interface ReadOptions {
  /** Software GL: three.js's physical materials are replaced by cheaper ones. */
  readonly isSoftware: boolean;
  /** The page's own names of shapes and joints. */
  readonly channelNames?: ChannelNames;
  readonly addOns: { load<Name extends AddOnName>(name: Name): Promise<AddOns[Name]> };
}
