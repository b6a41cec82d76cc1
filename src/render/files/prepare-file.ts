/**
 * Checks and unpacks an avatar file that is not built in, away from the thread that draws: that thread gets a plain copy which takes time and
 * memory in proportion to its bytes.
 */
import { avatarFormatOf } from '../../assets/avatar-formats.js';
import { AVATAR_LIMIT_BYTES, type DownloadOptions, download } from '../../assets/download.js';
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import { unpackLam } from '../splats/lam-files.js';
import { readPlyHeader } from '../splats/ply-splats.js';
import { storedZip } from '../splats/zip-files.js';
import type { DecodeDraco } from './gltf-document.js';
import { packGlb } from './pack-glb.js';

export interface PrepareOptions extends Pick<DownloadOptions, 'handleProgress'> {
  /** Called between download and checks. */
  readonly handleDownloaded: () => void;
  /** @returns A URL that the add-on `draco` can be imported from. */
  readonly locateDraco: () => string | Promise<string>;
}

/**
 * @param source URL, or the file itself.
 * @returns A file of the same format.
 * @throws {AvatarError} `failedToDownloadAvatarAssets`, or `unsupportedAvatarAsset` with the reason.
 */
export async function prepareFile(source: string | Blob, options: PrepareOptions): Promise<ArrayBuffer> {
  const { signal } = new AbortController();
  const bytes = await download(source, { signal, limitBytes: AVATAR_LIMIT_BYTES, handleProgress: options.handleProgress });
  options.handleDownloaded();
  return checkedFile(bytes, async () => loadDraco(await options.locateDraco()));
}

async function loadDraco(url: string): Promise<DecodeDraco> {
  try {
    const { decodeDraco } = (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as typeof import('./draco.js');
    return decodeDraco;
  } catch (reason) {
    const advice = 'serve it, or compress the avatar with meshopt ("gltf-transform meshopt in.glb out.glb")';
    throw avatarErrorFrom(reason, ErrorCode.renderingFailed, `This avatar is compressed with Draco and needs ${url}; ${advice}`);
  }
}

/**
 * @param draco Loads the decoder of Draco.
 * @throws {AvatarError} `unsupportedAvatarAsset` with the reason; `renderingFailed` if the decoder of Draco cannot be loaded.
 */
export async function checkedFile(bytes: ArrayBuffer, draco: () => Promise<DecodeDraco>): Promise<ArrayBuffer> {
  try {
    switch (avatarFormatOf(bytes)) {
      case 'glb':
        return (await packGlb(new Uint8Array(bytes), { loadDraco: draco })).buffer;
      case 'zip':
        return await checkedLam(bytes, draco);
      default:
        throw new Error('it is not a binary glTF (.glb)');
    }
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.unsupportedAvatarAsset, 'The avatar file cannot be used');
  }
}

async function checkedLam(archive: ArrayBuffer, loadDraco: () => Promise<DecodeDraco>): Promise<ArrayBuffer> {
  const { skin, splats, animation } = await unpackLam(archive);
  readPlyHeader(splats);
  const files = [
    { name: 'skin.glb', bytes: await packGlb(new Uint8Array(skin), { loadDraco, hasTextures: false }) },
    { name: 'offset.ply', bytes: splats },
  ];
  if (animation) files.push({ name: 'animation.glb', bytes: new Uint8Array(animation) });
  return storedZip(files).buffer;
}
