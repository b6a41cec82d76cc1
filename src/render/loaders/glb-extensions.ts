const HEADER_BYTES = 20;

/** The extensions of a checked binary glTF: `VRM` of VRM 0, `VRMC_vrm` of VRM 1, … */
export function extensionsOf(bytes: ArrayBuffer): readonly string[] {
  const text = new Uint8Array(bytes, HEADER_BYTES, new DataView(bytes).getUint32(12, true));
  const json = JSON.parse(new TextDecoder().decode(text)) as { extensionsUsed?: string[]; extensions?: object };
  // Some exporters of VRM 0 do not list it.
  return [...(json.extensionsUsed ?? []), ...Object.keys(json.extensions ?? {})];
}
