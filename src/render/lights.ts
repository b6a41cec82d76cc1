import { Color, DirectionalLight, Group, HemisphereLight } from 'three';

/**
 * Light for avatars with three.js's own materials: a warm key from the upper left, a low fill that lifts the shadow side like
 * light reflected by a table, two rim lights that separate hair and shoulders from any background.
 *
 * Positions are directions in the camera's axes; the lights turn with the camera.
 */
const LIGHTS = [
  { color: '#ffe9d6', intensity: 2.5, from: [-30, 28, 40] },
  { color: '#ffe8df', intensity: 0.9, from: [34, -6, 26] },
  { color: '#fff1e0', intensity: 2.2, from: [28, 22, -34] },
  { color: '#bfd4ff', intensity: 1.5, from: [-34, 14, -28] },
] as const;

export function createLights(): Group {
  const group = new Group();
  for (const { color, intensity, from } of LIGHTS) {
    const light = new DirectionalLight(new Color(color), intensity);
    light.position.set(from[0], from[1], from[2]);
    group.add(light);
  }
  group.add(new HemisphereLight(new Color('#f4f6ff'), new Color('#b39a8c'), 1.15));
  return group;
}
