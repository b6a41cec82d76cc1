/**
 * The sources of three.js's own shaders, by name. The build moves them from the worker into this module; unbundled, it is
 * three.js's table.
 */
export { ShaderChunk as SHADER_TEXTS } from 'three';
