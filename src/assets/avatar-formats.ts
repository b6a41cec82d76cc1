/** Kinds of avatar files, told by their first bytes. */
const SIGNATURES = {
  /** Binary glTF: `glTF`. A VRM is one, too. */
  glb: [0x67, 0x6c, 0x54, 0x46],
  /** A zip archive with something in it: `PK\x03\x04`. */
  zip: [0x50, 0x4b, 0x03, 0x04],
} as const;

export type AvatarFormat = keyof typeof SIGNATURES;

/** @returns Null when the bytes begin like nothing we know. */
export function avatarFormatOf(bytes: ArrayBuffer): AvatarFormat | null {
  const head = new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength));
  const formats = Object.keys(SIGNATURES) as AvatarFormat[];
  return formats.find((format) => SIGNATURES[format].every((byte, at) => head[at] === byte)) ?? null;
}
