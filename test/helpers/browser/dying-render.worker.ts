/** A render worker that dies when it starts, as one does under a policy that forbids it; on the page it is well. */
export * from '../../../src/workers/render.worker.js';

if (!('document' in globalThis)) throw new Error('dead');
