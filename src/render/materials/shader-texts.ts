/**
 * The texts of three.js's own shaders, by name. The build leaves them out of the worker and lays them here: bundled, this
 * module holds the texts themselves, and where nothing is bundled it is three.js's table.
 */
export { ShaderChunk as SHADER_TEXTS } from 'three';
