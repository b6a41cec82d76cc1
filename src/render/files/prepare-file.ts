/**
 * Checks and unpacks an avatar file that is not built in, away from the thread that draws: that thread gets a plain copy which takes time and
 * memory in proportion to its bytes.
 */
import { avatarFormatOf } from '../../assets/avatar-formats.js';
import { AVATAR_LIMIT_BYTES, type DownloadOptions, download } from '../../assets/download.js';
import { avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { unpackLam } from '../splats/lam-files.js';
import type { readPlyHeader } from '../splats/ply-splats.js';
import type { storedZip } from '../splats/zip-files.js';
import type { DecodeDraco } from './gltf-document.js';
import { packGlb } from './pack-glb.js';

/** Add-ons of the loader worker: `draco.add-on.js` and `heads.add-on.js`. */
export type FileAddOn = 'draco' | 'heads';

/** Exports of `heads.add-on.js`. */
export interface HeadFiles {
  unpackLam: typeof unpackLam;
  readPlyHeader: typeof readPlyHeader;
  storedZip: typeof storedZip;
}

/** What only few files need, loaded on demand. */
export interface FileAddOns {
  draco(): Promise<DecodeDraco>;
  heads(): Promise<HeadFiles>;
}

export interface PrepareOptions extends Pick<DownloadOptions, 'handleProgress'> {
  /** Called between download and checks. */
  readonly handleDownloaded: () => void;
  /** @returns A URL that the add-on can be imported from. */
  readonly locateAddOn: (name: FileAddOn) => string | Promise<string>;
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
  const { locateAddOn } = options;
  return checkedFile(bytes, {
    draco: async () =>
      (await loadAddOn<typeof import('./draco.js')>(await locateAddOn('draco'), 'is compressed with Draco', DRACO_ADVICE)).decodeDraco,
    heads: async () => loadAddOn<HeadFiles>(await locateAddOn('heads'), 'is a Gaussian head'),
  });
}

const DRACO_ADVICE = ', or compress the avatar with meshopt ("gltf-transform meshopt in.glb out.glb")';

async function loadAddOn<Module>(url: string, reason: string, advice = ''): Promise<Module> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Module;
  } catch (cause) {
    throw avatarErrorFrom(cause, ErrorCode.renderingFailed, `This avatar ${reason} and needs ${url}; serve it${advice}`);
  }
}

/**
 * @throws {AvatarError} `unsupportedAvatarAsset` with the reason; `renderingFailed` if an add-on cannot be loaded.
 */
export async function checkedFile(bytes: ArrayBuffer, addOns: FileAddOns): Promise<ArrayBuffer> {
  try {
    switch (avatarFormatOf(bytes)) {
      case 'glb':
        return (await packGlb(new Uint8Array(bytes), { loadDraco: addOns.draco })).buffer;
      case 'zip':
        return await checkedLam(bytes, addOns);
      default:
        throw new Error('it is not a binary glTF (.glb)');
    }
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.unsupportedAvatarAsset, 'The avatar file cannot be used');
  }
}

async function checkedLam(archive: ArrayBuffer, { draco, heads }: FileAddOns): Promise<ArrayBuffer> {
  const reader = await heads();
  const { skin, splats, animation } = await reader.unpackLam(archive);
  reader.readPlyHeader(splats);
  const files = [
    { name: 'skin.glb', bytes: await packGlb(new Uint8Array(skin), { loadDraco: draco, hasTextures: false }) },
    { name: 'offset.ply', bytes: splats },
  ];
  if (animation) files.push({ name: 'animation.glb', bytes: new Uint8Array(animation) });
  return reader.storedZip(files).buffer;
}
