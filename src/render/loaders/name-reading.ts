import type { Object3D } from 'three';
import { hasExactNames, useNameReader } from '../../motion/retarget/name-reader.js';
import type { ReadOptions } from './read-options.js';

/** Loads what reads names by their words. @throws {AvatarError} `renderingFailed` if it cannot be loaded. */
export async function loadNameReader(addOns: ReadOptions['addOns']): Promise<void> {
  useNameReader((await addOns.load('names')).NAME_READER);
}

/** Whether a scene can be understood by exact names alone. */
export function isPlainlyNamed(scene: Object3D): boolean {
  const shapes: string[] = [];
  const nodes: string[] = [];
  scene.traverse((object) => {
    nodes.push(object.name);
    shapes.push(...Object.keys((object as { morphTargetDictionary?: Record<string, number> }).morphTargetDictionary ?? {}));
  });
  return hasExactNames(shapes, nodes);
}
