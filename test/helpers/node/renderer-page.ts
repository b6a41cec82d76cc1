/** A page with a bare stage in its worker, in a browser that has WebGPU or WebGL; both are drawn by the CPU. */

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { Renderer, StageStats } from '../../../src/shared/contracts/stage.js';
import { DEFAULT_STAGE_SETTINGS } from '../../../src/shared/contracts/stage-settings.js';

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.glb': 'model/gltf-binary' };
/** Chromium's SwiftShader draws WebGPU on a canvas only where WebGL goes without it; then WebGL has no context at all. */
const GPU_FLAGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
  '--use-angle=vulkan',
  '--enable-unsafe-swiftshader',
];
const PAGE = `<!doctype html><link rel="icon" href="data:," /><script type="importmap">{"imports":{"comlink":"/node_modules/comlink/dist/esm/comlink.mjs"}}</script>
<script type="module" src="/scripts/compare.page.js"></script><script type="module" src="/dist/spatius-avatar.min.js"></script>`;

/**
 * In front of the render worker's script: edges stay as they are drawn, since those of WebGPU, drawn by the CPU, are not smoothed. Only what smooths
 * draws points.
 */
const UNSMOOTHED = `const { drawArrays } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.drawArrays = function (mode, ...rest) {
  if (mode !== this.POINTS) drawArrays.call(this, mode, ...rest);
};
`;

/** What this file uses of WebGPU, which TypeScript's library lacks. */
interface GpuDevice {
  createCommandEncoder(): { beginRenderPass(pass: object): { end(): void }; finish(): object };
  readonly queue: { submit(commands: object[]): void };
}
interface Gpu {
  requestAdapter(): Promise<{ requestDevice(): Promise<GpuDevice> } | null>;
  getPreferredCanvasFormat(): string;
}
interface GpuCanvas {
  configure(options: { device: GpuDevice; format: string }): void;
  getCurrentTexture(): { createView(): object };
}

interface ShownPicture {
  /** Data URL of a PNG on an opaque ground. */
  url: string;
  stats: StageStats;
  obstacle: string | null;
}

export class RendererPage {
  readonly page: Page;
  private readonly browser: Browser;
  private readonly server: Server;

  private constructor(page: Page, browser: Browser, server: Server) {
    this.page = page;
    this.browser = browser;
    this.server = server;
  }

  static async open(renderer: Renderer): Promise<RendererPage> {
    const { CHROMIUM_FLAGS, findChromium } = (await import(pathToFileURL('scripts/chromium.js').href)) as {
      CHROMIUM_FLAGS: string[];
      findChromium(): string | null;
    };
    const server = createServer((request, response) => {
      const path = normalize(decodeURIComponent(new URL(request.url!, 'http://localhost').pathname));
      readFile(path === '/' ? '/dev/null' : join('.', path)).then(
        (body) => {
          response.writeHead(200, { 'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream') });
          if (path.endsWith('/render.worker.js')) response.write(UNSMOOTHED);
          response.end(path === '/' ? PAGE : body);
        },
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const plain = CHROMIUM_FLAGS.filter((flag) => !/angle|swiftshader/.test(flag));
    const browser = await chromium.launch({
      executablePath: findChromium() ?? undefined,
      args: renderer === 'webgpu' ? [...plain, ...GPU_FLAGS] : CHROMIUM_FLAGS,
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return new RendererPage(page, browser, server);
  }

  /** Whether WebGPU draws here and its pictures can be read: some versions of Chromium cannot read them back in software. */
  get canReadWebGpu(): Promise<boolean> {
    return this.page.evaluate(async () => {
      const gpu = (navigator as { gpu?: Gpu }).gpu;
      // A GPU process that has just died refuses, too.
      const device = await (await gpu?.requestAdapter())?.requestDevice().catch(() => null);
      if (!gpu || !device) return false;
      const canvas = new OffscreenCanvas(8, 8);
      const context = (canvas.getContext as (kind: string) => unknown).call(canvas, 'webgpu') as unknown as GpuCanvas;
      context.configure({ device, format: gpu.getPreferredCanvasFormat() });
      const encoder = device.createCommandEncoder();
      const view = context.getCurrentTexture().createView();
      encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: 'clear', storeOp: 'store' }] }).end();
      device.queue.submit([encoder.finish()]);
      return canvas.convertToBlob().then(
        () => true,
        () => false,
      );
    });
  }

  /** @param pose Weights by channel number, shown for long enough to be there in full; none: the first frame. */
  show(renderer: Renderer, avatar: string, pose: Record<number, number> | null, size = 200): Promise<ShownPicture> {
    return this.page.evaluate(
      async ([renderer, avatar, pose, size, settings]) => {
        const { acquireWorkers } = (await import(
          '/build/src/workers/spawn.js' as string
        )) as typeof import('../../../src/workers/spawn.js');
        const file = (name: string) => {
          const url = new URL(`/dist/workers/${name}.js`, location.href);
          return { url, locate: async () => url.href, readText: async () => (await fetch(url)).text() };
        };
        const workers = acquireWorkers({
          motion: file('motion.worker'),
          render: file('render.worker'),
          renderGpu: file('render-webgpu.worker'),
        });
        const canvas = document.createElement('canvas');
        document.body.append(canvas);
        const nothing = () => undefined;
        const stage = await workers.render.createStage(
          {
            ...{ canvas, renderer, width: size, height: size, pixelRatio: 1, seed: 1 },
            settings: { ...settings, motionStyle: 'calm' },
            ...{ playheadPort: new MessageChannel().port2, motionPort: new MessageChannel().port2 },
          },
          {
            ...{
              handleLoadProgress: nothing,
              handleFirstFrame: nothing,
              handleContextLost: nothing,
              handleContextRestored: nothing,
              handleError: nothing,
            },
            handleDeviceLost: (reason) => ((globalThis as { deviceLost?: string }).deviceLost = reason),
            locateAddOn: (name) => file(`${name}.add-on`).locate(),
          },
        );
        const first = stage.toBlob();
        await stage.load(new URL(avatar, location.href).href);
        let blob = await first;
        if (pose) {
          stage.setPose(Float32Array.from({ length: 58 }, (_, channel) => pose[channel] ?? 0));
          await new Promise((resolve) => setTimeout(resolve, 1800));
          blob = await stage.toBlob();
        }
        const stats = await stage.stats();
        const bitmap = await createImageBitmap(blob);
        const opaque = document.createElement('canvas');
        opaque.width = opaque.height = bitmap.width;
        const context = opaque.getContext('2d')!;
        context.fillStyle = '#c8beb4';
        context.fillRect(0, 0, bitmap.width, bitmap.width);
        context.drawImage(bitmap, 0, 0);
        const url = opaque.toDataURL();
        const obstacle = workers.gpuObstacle;
        if (!(globalThis as { keepsStage?: boolean }).keepsStage) {
          stage.dispose();
          workers.release();
        }
        canvas.remove();
        return { url, stats, obstacle };
      },
      [renderer, avatar, pose, size, DEFAULT_STAGE_SETTINGS] as const,
    );
  }

  /** How far two pictures of `show` differ: mean ΔE, and the share of pixels that differ visibly. */
  async compare(a: ShownPicture, b: ShownPicture, size = 200): Promise<{ meanDeltaE: number; differingShare: number }> {
    type Compare = (a: string, b: string, size: number) => Promise<{ meanDeltaE: number; differingShare: number }[]>;
    const [difference] = await this.page.evaluate((words) => (globalThis as unknown as { compareTiles: Compare }).compareTiles(...words), [
      a.url,
      b.url,
      size,
    ] as [string, string, number]);
    return difference;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}
