/** Add-on of the loader worker: reads archives of Gaussian heads. */
export { unpackLam } from '../render/splats/lam-files.js';
export { readPlyHeader } from '../render/splats/ply-splats.js';
export { storedZip } from '../render/splats/zip-files.js';
