/** Add-on of the loader worker: see `render/files/draco.ts`. */
export * from '../render/files/draco.js';
