import { type Camera, NeutralToneMapping, type Scene, SRGBColorSpace, WebGLRenderer } from 'three';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { StageOptions } from '../shared/contracts/stage.js';
import type { AvatarModel } from './loaders/avatar-model.js';

/** An OffscreenCanvas, or a canvas element of the page. */
export type StageCanvas = StageOptions['canvas'];

const SOFTWARE_NAMES = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export interface GraphicsFacts {
  /** WebGL is software-rendered. */
  isSoftware: boolean;
}

let known: GraphicsFacts | null = null;

/**
 * Detects software rendering. Unknown renderers count as a GPU.
 *
 * @param canvas Not used itself: the probe uses another canvas of the same kind.
 */
export function probeGraphics(canvas: StageCanvas): GraphicsFacts {
  known ??= { isSoftware: SOFTWARE_NAMES.test(rendererName(sisterOf(canvas)) ?? '') };
  return known;
}

/** Whether an OffscreenCanvas has WebGL 2 here. */
export function canDraw(): boolean {
  return typeof OffscreenCanvas !== 'undefined' && rendererName(new OffscreenCanvas(1, 1)) !== null;
}

/** The common part of both kinds of canvas. */
interface PlainCanvas {
  width: number;
  height: number;
  getContext(type: 'webgl2'): WebGL2RenderingContext | null;
}

/** A small canvas of the same kind. On a page without OffscreenCanvas only an element can create another. */
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
 * Antialiasing doubles the cost of a frame in software GL: there `EdgeSmoother` smooths edges afterwards.
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
    throw new AvatarError(ErrorCode.renderingFailed, 'This browser provides no WebGL 2 context', { cause: reason });
  }
}

/** Compiles the shaders of an avatar and uploads its textures, so that its first frame is not delayed. */
export async function prepareAvatar(renderer: WebGLRenderer, avatar: AvatarModel, camera: Camera, scene: Scene): Promise<void> {
  if (renderer.extensions.has('KHR_parallel_shader_compile')) await renderer.compileAsync(avatar.root, camera, scene);
  else renderer.compile(avatar.root, camera, scene);
  avatar.eachTexture((texture) => renderer.initTexture(texture));
}

export { pngOf } from './picture.js';
