import { type Camera, NeutralToneMapping, type Scene, SRGBColorSpace, WebGLRenderer } from 'three';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { StageOptions } from '../shared/contracts/stage.js';
import type { AvatarModel } from './loaders/avatar-model.js';

/** A canvas of a worker, or an element of the page, of which this folder knows no more than that it can be drawn on. */
export type StageCanvas = StageOptions['canvas'];

const SOFTWARE_NAMES = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export interface GraphicsFacts {
  /** WebGL is drawn by the CPU. */
  isSoftware: boolean;
}

let known: GraphicsFacts | null = null;

/**
 * What draws WebGL here. Anything unknown counts as a GPU.
 *
 * @param canvas Only a sister of it is drawn on: its own context is not touched.
 */
export function probeGraphics(canvas: StageCanvas): GraphicsFacts {
  known ??= { isSoftware: SOFTWARE_NAMES.test(rendererName(sisterOf(canvas)) ?? '') };
  return known;
}

/** Whether a canvas without a page can be drawn on here. */
export function canDraw(): boolean {
  return typeof OffscreenCanvas !== 'undefined' && rendererName(new OffscreenCanvas(1, 1)) !== null;
}

/** What of a canvas both kinds have. */
interface PlainCanvas {
  width: number;
  height: number;
  getContext(type: 'webgl2'): WebGL2RenderingContext | null;
}

/** A small canvas of the same kind. On a page without OffscreenCanvas only an element can make another. */
export function sisterOf(canvas: StageCanvas): PlainCanvas {
  if (!('cloneNode' in canvas)) return new OffscreenCanvas(1, 1);
  const sister = (canvas as unknown as { cloneNode(isDeep: boolean): PlainCanvas }).cloneNode(false);
  sister.width = sister.height = 1;
  return sister;
}

function rendererName(canvas: PlainCanvas): string | null {
  const context = canvas.getContext('webgl2');
  if (!context) return null;
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(extension ? extension.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}

/**
 * A renderer with a transparent background and Neutral tone mapping, which keeps skin neither bleached nor grey.
 * Antialiasing costs software GL twice the frame: edges are smoothed afterwards there (`EdgeSmoother`).
 *
 * @throws {AvatarError} `renderingFailed` without WebGL 2.
 */
export function createRenderer(canvas: StageCanvas, facts: GraphicsFacts): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({
      canvas: canvas as OffscreenCanvas,
      antialias: !facts.isSoftware,
      alpha: true,
      premultipliedAlpha: true,
      stencil: false,
      powerPreference: 'high-performance',
    });
    renderer.setClearColor(0x000000, 0);
    renderer.toneMapping = NeutralToneMapping;
    renderer.outputColorSpace = SRGBColorSpace;
    return renderer;
  } catch (reason) {
    throw new AvatarError(ErrorCode.renderingFailed, 'This browser gave no WebGL 2 context', { cause: reason });
  }
}

/** Compiles the shaders of an avatar and sends its textures, so that its first frame is drawn at once. */
export async function prepareAvatar(renderer: WebGLRenderer, avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void> {
  if (renderer.extensions.has('KHR_parallel_shader_compile')) await renderer.compileAsync(avatar.root, camera, scene);
  else renderer.compile(avatar.root, camera, scene);
  avatar.eachTexture((texture) => renderer.initTexture(texture));
}

export { pngOf } from './picture.js';
