/** Appends typed arrays to a binary glTF as accessors of its first buffer. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { GlbFile } from './glb-container.js';

const COMPONENT_FLOAT = 5126;
const COMPONENT_UINT16 = 5123;

export type AccessorType = 'SCALAR' | 'VEC3' | 'VEC4';
const WIDTHS: Readonly<Record<AccessorType, number>> = { SCALAR: 1, VEC3: 3, VEC4: 4 };

export class GlbAppender {
  private readonly file: GlbFile;
  private readonly parts: Uint8Array[] = [];
  private byteLength: number;

  /** @throws {AvatarError} `unsupportedAvatarAsset` for a file with external buffers. */
  constructor(file: GlbFile) {
    this.file = file;
    const buffers = (file.document.buffers ??= [{ byteLength: 0 }]);
    if (buffers[0].uri !== undefined) {
      throw new AvatarError(ErrorCode.unsupportedAvatarAsset, 'The avatar has data outside of the .glb file; export it as one file');
    }
    this.byteLength = file.binary.length;
  }

  /**
   * @param array Floats are stored unchanged; 16-bit integers are normalised to 0..1.
   * @param hasRange Writes minimum and maximum, which times require.
   * @returns Index of the new accessor.
   */
  add(array: Float32Array | Uint16Array, type: AccessorType, hasRange = false): number {
    const { document } = this.file;
    const bufferViews = (document.bufferViews ??= []);
    const accessors = (document.accessors ??= []);
    // Every accessor begins at a multiple of four bytes.
    const start = Math.ceil(this.byteLength / 4) * 4;
    this.parts.push(new Uint8Array(start - this.byteLength), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    this.byteLength = start + array.byteLength;
    bufferViews.push({ buffer: 0, byteOffset: start, byteLength: array.byteLength });
    accessors.push({
      bufferView: bufferViews.length - 1,
      ...(array instanceof Float32Array ? { componentType: COMPONENT_FLOAT } : { componentType: COMPONENT_UINT16, normalized: true }),
      count: array.length / WIDTHS[type],
      type,
      ...(hasRange && { min: [array[0]], max: [array[array.length - 1]] }),
    });
    return accessors.length - 1;
  }

  /** Writes the added data into the file. */
  finish(): void {
    const binary = new Uint8Array(this.byteLength);
    binary.set(this.file.binary);
    let at = this.file.binary.length;
    for (const part of this.parts) {
      binary.set(part, at);
      at += part.length;
    }
    this.file.binary = binary;
    this.file.document.buffers![0].byteLength = binary.length;
  }
}
