/** Add-on of the render worker: see `render/add-ons.ts`. */
export * from '../motion/retarget/names/index.js';
