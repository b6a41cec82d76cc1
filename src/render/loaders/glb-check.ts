const JSON_CHUNK = 0x4e4f534a;

interface GlbJson {
  extensionsUsed?: string[];
  extensionsRequired?: string[];
  nodes?: { children?: number[] }[];
  buffers?: { uri?: string }[];
  images?: { uri?: string }[];
}

/**
 * Refuses a binary glTF file that three.js's loader would not answer for: nodes that go round in circles, parts that lie
 * in other files, and compression that is not understood.
 *
 * @throws {Error} with words for the file's author.
 */
export function checkGlb(bytes: ArrayBuffer): void {
  const json = readGlbJson(bytes);
  checkNodes(json.nodes ?? []);
  const parts = [...(json.buffers ?? []), ...(json.images ?? [])];
  const outside = parts.find(({ uri }) => uri !== undefined && !uri.startsWith('data:'));
  if (outside) throw new Error(`it needs another file (${outside.uri!.slice(0, 80)}); export it as one .glb with everything in it`);
  if (json.extensionsRequired?.includes('KHR_draco_mesh_compression')) {
    throw new Error('it is compressed with Draco, which is not understood; use meshopt ("gltf-transform meshopt in.glb out.glb") or none');
  }
}

/** What a file says it uses: `VRM` of VRM 0, `VRMC_vrm` of VRM 1, … @throws {Error} when there is no such file in the bytes. */
export function extensionsOf(bytes: ArrayBuffer): readonly string[] {
  const json = readGlbJson(bytes) as GlbJson & { extensions?: object };
  // Some writers of VRM 0 forget to list it.
  return [...(json.extensionsUsed ?? []), ...Object.keys(json.extensions ?? {})];
}

function checkNodes(nodes: readonly { children?: number[] }[]): void {
  const parents = new Int32Array(nodes.length).fill(-1);
  nodes.forEach(({ children = [] }, parent) => {
    for (const child of children) {
      if (parents[child] !== -1) throw new Error('its nodes are no tree');
      parents[child] = parent;
    }
  });
  // With one parent each, a circle is a node that never gets to a root.
  for (let node = 0; node < nodes.length; node++) {
    let steps = 0;
    for (let at = node; at !== -1; at = parents[at]) if (++steps > nodes.length) throw new Error('its nodes go round in circles');
  }
}

function readGlbJson(bytes: ArrayBuffer): GlbJson {
  const header = new DataView(bytes);
  const isGlb = bytes.byteLength >= 20 && header.getUint32(0, true) === 0x46546c67 && header.getUint32(16, true) === JSON_CHUNK;
  if (!isGlb) throw new Error('it is no binary glTF (.glb)');
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, header.getUint32(12, true)))) as GlbJson;
}
