const JSON_CHUNK = 0x4e4f534a;

/**
 * Refuses a binary glTF file whose nodes go round in circles: three.js's loader would wait for itself for ever.
 *
 * @throws {Error} when they do, or when there is no such file in the bytes.
 */
export function checkGlbNodes(bytes: ArrayBuffer): void {
  const nodes = readJson(bytes).nodes ?? [];
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

function readJson(bytes: ArrayBuffer): { nodes?: { children?: number[] }[] } {
  const header = new DataView(bytes);
  const isGlb = bytes.byteLength >= 20 && header.getUint32(0, true) === 0x46546c67 && header.getUint32(16, true) === JSON_CHUNK;
  if (!isGlb) throw new Error('it is no binary glTF (.glb)');
  return JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 20, header.getUint32(12, true))));
}
