import { asset } from '../../../src/assets/asset-urls.js';
import type { WorkerFiles } from '../../../src/workers/spawn.js';
import type { WorkerFile } from '../../../src/workers/worker-host.js';

/** The two workers as they were compiled. */
export const WORKER_FILES: WorkerFiles = {
  motion: asset('workers/motion.worker.js'),
  render: asset('workers/render.worker.js'),
  renderGpu: asset('workers/render-webgpu.worker.js'),
};

/** A worker whose code lies somewhere else. */
export function workerAt(address: string | URL): WorkerFile {
  const url = new URL(address, location.href);
  return { url, locate: async () => url.href, readText: async () => (await fetch(url, { credentials: 'omit' })).text() };
}
