/**
 * Add-on `ktx2`: textures in KTX2 with Basis Universal compression (ETC1S and UASTC), transcoded to a compressed format of the
 * GPU. The transcoder is WebAssembly: policies have to allow it.
 *
 * @see https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Khronos/KHR_texture_basisu
 */
import {
  type CompressedPixelFormat,
  CompressedTexture,
  type PixelFormat,
  RGB_ETC2_Format,
  RGBA_ASTC_4x4_Format,
  RGBA_BPTC_Format,
  RGBA_ETC2_EAC_Format,
  RGBA_S3TC_DXT1_Format,
  RGBA_S3TC_DXT5_Format,
  RGBAFormat,
} from 'three';
import createBasis, { type BasisFile, type BasisModule } from 'three/examples/jsm/libs/basis/basis_transcoder.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { Lazy } from '../../shared/core/lazy.js';
import { BASIS_BINARY } from './basis-binary.js';

/** A target format of the transcoder (`transcoder_texture_format` of basisu_transcoder.h) and its name in three.js. */
interface Target {
  basis: number;
  three: PixelFormat | CompressedPixelFormat;
}

const ASTC: Target = { basis: 10, three: RGBA_ASTC_4x4_Format };
const BC7: Target = { basis: 6, three: RGBA_BPTC_Format };
const ETC1: Target = { basis: 0, three: RGB_ETC2_Format };
const ETC2: Target = { basis: 1, three: RGBA_ETC2_EAC_Format };
const BC1: Target = { basis: 2, three: RGBA_S3TC_DXT1_Format };
const BC3: Target = { basis: 3, three: RGBA_S3TC_DXT5_Format };
const PLAIN: Target = { basis: 13, three: RGBAFormat };

const basis = new Lazy(openBasis);
let supported: ReadonlySet<string> | null = null;

/**
 * @param bytes A whole KTX2 file; its first layer and face are shown.
 * @throws {AvatarError} `renderingFailed` if WebAssembly is forbidden or missing, `unsupportedAvatarAsset` for a damaged file.
 */
export async function textureFromKtx2(bytes: Uint8Array): Promise<CompressedTexture> {
  const { KTX2File } = await basis.get();
  const file = new KTX2File(bytes);
  try {
    return transcoded(file);
  } finally {
    file.close();
    file.delete();
  }
}

async function openBasis(): Promise<BasisModule> {
  const module = await compiled();
  const basis = await createBasis({
    instantiateWasm: (imports, done) => {
      WebAssembly.instantiate(module, imports as WebAssembly.Imports).then(done);
      return {};
    },
  });
  basis.initializeBasis();
  return basis;
}

async function compiled(): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(Uint8Array.from(atob(BASIS_BINARY), (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw new AvatarError(
      ErrorCode.renderingFailed,
      "The avatar's KTX2 textures need WebAssembly, which this page does not allow: add 'wasm-unsafe-eval' to script-src of its Content Security Policy, or use WebP textures",
      { cause },
    );
  }
}

function transcoded(file: BasisFile): CompressedTexture {
  const [width, height, levelCount] = [file.getWidth(), file.getHeight(), file.getLevels()];
  const isReadable = file.isValid() && (file.isETC1S() || file.isUASTC()) && width > 0 && height > 0 && levelCount > 0;
  if (!isReadable || !file.startTranscoding()) throw damaged();
  // Compressed formats have blocks of 4 × 4 pixels.
  const target = width % 4 === 0 && height % 4 === 0 ? targetFor(file.isUASTC(), file.getHasAlpha()) : PLAIN;
  const levels = [];
  for (let level = 0; level < levelCount; level++) {
    const { origWidth, origHeight } = file.getImageLevelInfo(level, 0, 0);
    const data = new Uint8Array(file.getImageTranscodedSizeInBytes(level, 0, 0, target.basis));
    if (!file.transcodeImage(data, level, 0, 0, target.basis, 0, -1, -1)) throw damaged();
    levels.push({ data, width: origWidth, height: origHeight });
  }
  const texture = new CompressedTexture(levels, width, height, target.three as CompressedPixelFormat);
  texture.needsUpdate = true;
  return texture;
}

/** The best format that the GPU supports: first the quality of the file, then its size. */
function targetFor(isFine: boolean, hasAlpha: boolean): Target {
  supported ??= supportedExtensions();
  const etc = { extension: 'WEBGL_compressed_texture_etc', target: hasAlpha ? ETC2 : ETC1 };
  const astc = { extension: 'WEBGL_compressed_texture_astc', target: ASTC };
  const bptc = { extension: 'EXT_texture_compression_bptc', target: BC7 };
  const s3tc = { extension: 'WEBGL_compressed_texture_s3tc', target: hasAlpha ? BC3 : BC1 };
  const order = isFine ? [astc, bptc, etc, s3tc] : [etc, bptc, s3tc];
  return order.find(({ extension }) => supported!.has(extension))?.target ?? PLAIN;
}

function supportedExtensions(): ReadonlySet<string> {
  if (typeof OffscreenCanvas === 'undefined') return new Set();
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  const extensions = new Set(context?.getSupportedExtensions() ?? []);
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return extensions;
}

function damaged(): AvatarError {
  return new AvatarError(
    ErrorCode.unsupportedAvatarAsset,
    'A KTX2 texture of the avatar file is damaged or not compressed with Basis Universal',
  );
}
