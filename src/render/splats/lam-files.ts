import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { listZip, unpack, type ZipFile } from './zip-files.js';

/** Limit of all unpacked files together. */
const MAX_BYTES = 128_000_000;

/** The unpacked files of a LAM head. */
export interface LamFiles {
  /** Mesh, shapes and joints: a binary glTF. */
  skin: ArrayBuffer;
  /** One splat per vertex of the mesh, in its order. */
  splats: Uint8Array;
  /** Animation of the joints, a binary glTF; optional. */
  animation: ArrayBuffer | null;
}

/**
 * Unpacks a Gaussian head: `skin.glb`, `offset.ply` and optionally `animation.glb` of one folder.
 *
 * @throws {AvatarError} `unsupportedAvatarAsset` if the archive is not such a head, damaged or too large.
 */
export async function unpackLam(archive: ArrayBuffer): Promise<LamFiles> {
  // macOS adds metadata files in a separate folder.
  const files = listZip(archive).filter(({ name }) => !name.startsWith('__MACOSX/'));
  const skin = files.find(({ name }) => /(^|\/)skin\.glb$/.test(name));
  const folder = skin?.name.slice(0, -'skin.glb'.length) ?? '';
  const named = (name: string) => files.find((file) => file.name === folder + name);
  const splats = named('offset.ply');
  const missing = [!skin && 'skin.glb', !splats && 'offset.ply'].filter(Boolean);
  if (!skin || !splats) throw unusable(`The zip archive is not a Gaussian head: it has no ${missing.join(' and no ')}`);
  const animation = named('animation.glb');
  const used = [skin, splats, animation].filter((file): file is ZipFile => file !== undefined);
  if (used.reduce((sum, { byteLength }) => sum + byteLength, 0) > MAX_BYTES)
    throw unusable(`The Gaussian head is larger than ${MAX_BYTES / 1_000_000} MB`);
  const [skinBytes, splatBytes, animationBytes] = await Promise.all(used.map(unpack));
  return { skin: skinBytes.buffer, splats: splatBytes, animation: animationBytes?.buffer ?? null };
}

function unusable(message: string): AvatarError {
  return new AvatarError(ErrorCode.unsupportedAvatarAsset, message);
}
