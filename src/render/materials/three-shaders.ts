/** Add-on `materials`: the shaders of three.js's own materials, which only users' avatars have. */
import { ShaderChunk } from 'three';
import { SHADER_TEXTS } from './shader-texts.js';

/** Enables all of three.js's materials. */
export function bringShaderTexts(): void {
  Object.assign(ShaderChunk, SHADER_TEXTS);
}
