/** What this browser offers to draw with. Asked on the page; its GPU is the workers' as well. */

export interface GraphicsFacts {
  hasWebGl2: boolean;
  hasWebGpu: boolean;
  /** As the browser names it; null where it does not. */
  gpu: string | null;
  /** The CPU draws in its place. */
  isSoftware: boolean;
}

const SOFTWARE_NAMES = /swiftshader|llvmpipe|softpipe|software|basic render/i;

export function graphicsFacts(): GraphicsFacts {
  const context = document.createElement('canvas').getContext('webgl2');
  const hasWebGpu = 'gpu' in navigator;
  if (!context) return { hasWebGl2: false, hasWebGpu, gpu: null, isSoftware: false };
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const gpu = String(context.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : context.RENDERER));
  // Browsers keep a few contexts only and collect them late.
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return { hasWebGl2: true, hasWebGpu, gpu, isSoftware: SOFTWARE_NAMES.test(gpu) };
}
