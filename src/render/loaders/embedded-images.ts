import { Texture } from 'three';
import type { GLTFParser } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import { disposeTexture } from '../materials/replace-materials.js';
import type { ReadOptions } from './read-options.js';

/** Longest side of a texture: more is not visible on a face, and phones run out of memory. */
const MAX_SIDE = 2048;
const MAX_SIDE_SOFTWARE = 1024;
const KTX2_SIGNATURE = [0xab, 0x4b, 0x54, 0x58, 0x20, 0x32, 0x30, 0xbb];

interface ImageDefinition {
  name?: string;
  mimeType?: string;
  bufferView?: number;
  /** `data:` only, others have been refused. */
  uri?: string;
}

/**
 * Reads the textures of a glTF file from its own bytes: PNG, JPEG and WebP with the browser's decoder, KTX2 with an add-on.
 * three.js would fetch each from a `blob:` URL, which strict policies forbid, and would ignore failures.
 */
export class EmbeddedImages {
  private readonly options: ReadOptions;
  private readonly textures = new Map<number, Promise<Texture>>();
  private failure: AvatarError | null = null;

  constructor(options: ReadOptions) {
    this.options = options;
  }

  /** Replaces the parser's image loading. */
  serve(parser: GLTFParser): void {
    const { textures } = this;
    parser.loadImageSource = async (index: number) => {
      const known = textures.get(index);
      if (known) return (await known).clone();
      const loading = this.load(parser, index);
      textures.set(index, loading);
      return loading;
    };
  }

  /** Call after reading the file. @throws {AvatarError} the error of the first texture that failed. */
  check(): void {
    if (this.failure) throw this.failure;
  }

  /** Frees all decoded images of a file that is refused. */
  release(): void {
    // A texture that failed holds nothing.
    for (const loading of this.textures.values()) loading.then(disposeTexture, () => undefined);
  }

  private async load(parser: GLTFParser, index: number): Promise<Texture> {
    const image = (parser.json as { images: ImageDefinition[] }).images[index];
    try {
      const bytes =
        image.uri === undefined
          ? new Uint8Array((await parser.getDependency('bufferView', image.bufferView!)) as ArrayBuffer)
          : bytesOfDataUrl(image.uri);
      if (KTX2_SIGNATURE.every((byte, at) => bytes[at] === byte))
        return await (await this.options.addOns.load('ktx2')).textureFromKtx2(bytes);
      const texture = new Texture(await this.decode(new Blob([bytes], { type: image.mimeType })));
      texture.needsUpdate = true;
      return texture;
    } catch (cause) {
      const name = image.name ?? String(index);
      this.failure ??=
        cause instanceof AvatarError
          ? cause
          : new AvatarError(
              ErrorCode.unsupportedAvatarAsset,
              `Texture "${name}" (${image.mimeType ?? 'of unknown type'}) of the avatar file cannot be decoded`,
              { cause },
            );
      throw this.failure;
    }
  }

  private async decode(blob: Blob): Promise<ImageBitmap> {
    const asItIs = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' } as const;
    const image = await createImageBitmap(blob, asItIs);
    const side = Math.max(image.width, image.height);
    const limit = this.options.isSoftware ? MAX_SIDE_SOFTWARE : MAX_SIDE;
    if (side <= limit) return image;
    const scaled = (length: number): number => Math.max(1, Math.round((length * limit) / side));
    try {
      return await createImageBitmap(image, {
        ...asItIs,
        resizeWidth: scaled(image.width),
        resizeHeight: scaled(image.height),
        resizeQuality: 'medium',
      });
    } finally {
      image.close();
    }
  }
}

/** `data:image/png;base64,…`; fetching it would need `connect-src data:`. */
function bytesOfDataUrl(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(',');
  const isBase64 = /;base64$/i.test(url.slice(0, comma));
  const text = isBase64 ? atob(url.slice(comma + 1)) : decodeURIComponent(url.slice(comma + 1));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
