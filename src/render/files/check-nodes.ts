/** Checks the tree of nodes, and what costs time for each of them. Everything in O(n). */
import { entryOf, type Gltf, type GltfNode, require, wholeNumber } from './gltf-document.js';

/** Limits far above those of any avatar: work is proportional to them. */
const MAX_NODES = 50_000;
const MAX_DEPTH = 500;
const MAX_LIGHTS = 32;
const MAX_MATERIALS = 4096;
const MAX_JOINTS = 4096;
/** Joints of springs, and the product with the colliders, all of which are visited for each frame. */
const MAX_SPRING_JOINTS = 4096;
const MAX_COLLISIONS = 500_000;

/** @throws {Error} with a message for the author of the file. */
export function checkNodes(document: Gltf): void {
  const { nodes = [], skins = [], materials = [] } = document;
  wholeNumber(nodes.length, 0, MAX_NODES, 'number of nodes');
  wholeNumber(materials.length, 0, MAX_MATERIALS, 'number of materials');
  let lights = 0;
  for (const { mesh, skin, extensions } of nodes) {
    if (mesh !== undefined) entryOf(document.meshes, mesh, 'mesh');
    if (skin !== undefined) entryOf(skins, skin, 'skin');
    if (extensions?.KHR_lights_punctual) lights++;
  }
  wholeNumber(lights, 0, MAX_LIGHTS, 'number of lights');
  for (const { joints } of skins) {
    wholeNumber(joints.length, 1, MAX_JOINTS, 'number of joints');
    for (const joint of joints) entryOf(nodes, joint, 'node');
  }
  const sizes = subtreeSizes(nodes);
  for (const { nodes: roots = [] } of document.scenes ?? []) {
    require(new Set(roots).size === roots.length, 'its scene has a node twice');
    for (const root of roots) entryOf(nodes, root, 'node');
  }
  checkSprings(document.extensions ?? {}, sizes);
}

/** Nodes below each, itself included. */
function subtreeSizes(nodes: readonly GltfNode[]): Uint32Array {
  const parents = new Int32Array(nodes.length).fill(-1);
  nodes.forEach(({ children = [] }, parent) => {
    for (const child of children) {
      entryOf(nodes, child, 'node');
      require(parents[child] === -1, 'its nodes are not a tree');
      parents[child] = parent;
    }
  });
  // From the roots down; nodes on a cycle are never reached.
  const order: number[] = [];
  const depths = new Uint16Array(nodes.length);
  parents.forEach((parent, node) => parent === -1 && order.push(node));
  for (let at = 0; at < order.length; at++) {
    const node = order[at];
    for (const child of nodes[node].children ?? []) {
      depths[child] = depths[node] + 1;
      require(depths[child] <= MAX_DEPTH, `its nodes are nested more than ${MAX_DEPTH} levels deep`);
      order.push(child);
    }
  }
  require(order.length === nodes.length, 'its nodes form a cycle');
  const sizes = new Uint32Array(nodes.length).fill(1);
  for (const node of order.reverse()) if (parents[node] !== -1) sizes[parents[node]] += sizes[node];
  return sizes;
}

interface Springs {
  springs?: { joints?: unknown[] }[];
  colliders?: unknown[];
  boneGroups?: { bones?: number[] }[];
  colliderGroups?: { colliders?: unknown[] }[];
}

/** Secondary movement of VRM 1, and of VRM 0, whose springs reach from a bone to all nodes below it. */
function checkSprings(extensions: Record<string, unknown>, sizes: Uint32Array): void {
  const vrm0 = (extensions.VRM as { secondaryAnimation?: Springs } | undefined)?.secondaryAnimation ?? {};
  const vrm1 = (extensions.VRMC_springBone as Springs | undefined) ?? {};
  let joints = 0;
  let colliders = vrm1.colliders?.length ?? 0;
  for (const { joints: list = [] } of vrm1.springs ?? []) joints += list.length;
  for (const { bones = [] } of vrm0.boneGroups ?? []) for (const bone of bones) joints += sizes[bone] ?? 0;
  for (const { colliders: list = [] } of vrm0.colliderGroups ?? []) colliders += list.length;
  wholeNumber(joints, 0, MAX_SPRING_JOINTS, 'number of spring joints');
  wholeNumber(joints * colliders, 0, MAX_COLLISIONS, 'number of spring joints times colliders');
}
