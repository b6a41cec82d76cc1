/**
 * The WebGPU render worker consists of the same modules as the other one except these: each is replaced by its counterpart in
 * `render/webgpu`, and three.js's WebGL half by its WebGPU half. The two halves must not be in one worker.
 */
import { resolve } from 'node:path';

const RENDER = resolve('build/src/render');
const TWINS = {
  'renderer.js': 'webgpu/renderer.js',
  'open-surface.js': 'webgpu/open-surface.js',
  'add-ons.js': 'webgpu/add-ons.js',
  'materials/lean-material.js': 'webgpu/lean-material.js',
};

export function webGpuTwins() {
  const twinOf = new Map(Object.entries(TWINS).map(([path, twin]) => [resolve(RENDER, path), resolve(RENDER, twin)]));
  const met = new Set();
  return {
    name: 'webgpu-twins',
    async resolveId(source, importer, options) {
      if (source === 'three') return this.resolve('three/webgpu', importer, options);
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      const twin = found && twinOf.get(found.id);
      if (!twin) return null;
      met.add(found.id);
      return twin;
    },
    buildEnd(error) {
      const missing = [...twinOf.keys()].filter((path) => !met.has(path));
      if (!error && missing.length > 0) this.error(`nothing imports ${missing.join(', ')} any more`);
    },
  };
}
