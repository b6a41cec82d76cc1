/** Add-on of the render worker: see `render/add-ons.ts`. */
export * from '../render/loaders/ktx2.js';
