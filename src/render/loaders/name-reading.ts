import type { Object3D } from 'three';
import { hasExactNames, useNameReader } from '../../motion/retarget/name-reader.js';
import type { ChannelNames } from '../../shared/contracts/channel-names.js';
import type { ReadOptions } from './read-options.js';

/** Loads what reads names by their words. @throws {AvatarError} `renderingFailed` if it cannot be loaded. */
export async function loadNameReader(addOns: ReadOptions['addOns']): Promise<void> {
  useNameReader((await addOns.load('names')).NAME_READER);
}

/** Whether a scene can be understood by exact names alone. @param channelNames The page's own names. */
export function isPlainlyNamed(scene: Object3D, channelNames: ChannelNames = {}): boolean {
  if (Object.keys(channelNames).length > 0) return false;
  const shapes: string[] = [];
  const nodes: string[] = [];
  scene.traverse((object) => {
    nodes.push(object.name);
    shapes.push(...Object.keys((object as { morphTargetDictionary?: Record<string, number> }).morphTargetDictionary ?? {}));
  });
  return hasExactNames(shapes, nodes);
}
