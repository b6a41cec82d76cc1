const JSON_CHUNK = 0x4e4f534a;

interface GlbJson {
  extensionsUsed?: string[];
  extensionsRequired?: string[];
  nodes?: { children?: number[] }[];
  buffers?: { uri?: string }[];
  images?: { uri?: string }[];
}

/**
 * Refuses binary glTF files that three.js's loader does not handle: cycles of nodes, external files, and unsupported compression.
 *
 * @throws {Error} with a message for the file's author.
 */
export function checkGlb(bytes: ArrayBuffer): void {
  const json = readGlbJson(bytes);
  checkNodes(json.nodes ?? []);
  const parts = [...(json.buffers ?? []), ...(json.images ?? [])];
  const outside = parts.find(({ uri }) => uri !== undefined && !uri.startsWith('data:'));
  if (outside) throw new Error(`it needs another file (${outside.uri!.slice(0, 80)}); export it as one .glb with everything in it`);
  if (json.extensionsRequired?.includes('KHR_draco_mesh_compression')) {
    throw new Error('it is compressed with Draco, which is not supported; use meshopt ("gltf-transform meshopt in.glb out.glb") or none');
  }
}

/** The extensions of a file: `VRM` of VRM 0, `VRMC_vrm` of VRM 1, … @throws {Error} for bytes that are not a binary glTF. */
export function extensionsOf(bytes: ArrayBuffer): readonly string[] {
  const json = readGlbJson(bytes) as GlbJson & { extensions?: object };
  // Some exporters of VRM 0 do not list it.
  return [...(json.extensionsUsed ?? []), ...Object.keys(json.extensions ?? {})];
}

function checkNodes(nodes: readonly { children?: number[] }[]): void {
  const parents = new Int32Array(nodes.length).fill(-1);
  nodes.forEach(({ children = [] }, parent) => {
    for (const child of children) {
      if (parents[child] !== -1) throw new Error('its nodes are not a tree');
      parents[child] = parent;
    }
  });
  // With one parent each, a node on a cycle never reaches a root.
  for (let node = 0; node < nodes.length; node++) {
    let steps = 0;
    for (let at = node; at !== -1; at = parents[at]) if (++steps > nodes.length) throw new Error('its nodes form a cycle');
  }
}

function readGlbJson(bytes: ArrayBuffer): GlbJson {
  const header = new DataView(bytes);
  const isGlb = bytes.byteLength >= 20 && header.getUint32(0, true) === 0x46546c67 && header.getUint32(16, true) === JSON_CHUNK;
  if (!isGlb) throw new Error('it is not a binary glTF (.glb)');
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, header.getUint32(12, true)))) as GlbJson;
}
