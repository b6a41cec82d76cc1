/** Add-on `materials`: three.js's own materials, which only avatars of others have. */
import { ShaderChunk } from 'three';
import { SHADER_TEXTS } from './shader-texts.js';

/** After this all of three.js's materials can be drawn. */
export function bringShaderTexts(): void {
  Object.assign(ShaderChunk, SHADER_TEXTS);
}
