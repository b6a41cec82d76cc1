import { LifeMotion } from '../build/src/motion/life/life-motion.js';
import { CHANNEL_COUNT, CHANNEL_INDEX, CHANNELS } from '../build/src/shared/contracts/channels.js';
import { DEFAULT_LIFE } from '../build/src/shared/contracts/life-settings.js';

/** Weights by channel of a character who has been in a mood for some seconds, between two blinks; `isAside`: in a glance. */
export function lived(mood, { isAside = false, ...settings } = {}) {
  const life = new LifeMotion(7, { ...DEFAULT_LIFE, ...settings, mood });
  const poses = Array.from({ length: 1200 }, (_, frame) => {
    const pose = new Float32Array(CHANNEL_COUNT);
    life.sample(frame / 60, pose);
    life.finish(pose);
    return pose;
  }).slice(90);
  const at = (pose, name) => pose[CHANNEL_INDEX[name]];
  const isLookingAside = (pose) => at(pose, 'eyeLookOutLeft') + at(pose, 'eyeLookInLeft') > 0.2;
  const chosen = poses.filter((pose) => isLookingAside(pose) === isAside).sort((a, b) => at(a, 'eyeBlinkLeft') - at(b, 'eyeBlinkLeft'))[0];
  return Object.fromEntries(CHANNELS.map((name, index) => [name, chosen[index]]));
}
