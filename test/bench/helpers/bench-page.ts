/** A page in a Chromium of its own that draws something, and what that costs the machine. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const FLAGS = ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.html': 'text/html',
  '.json': 'application/json',
};
const FIRST_FRAME_LIMIT_MS = 90_000;

export interface BenchPage {
  page: Page;
  /** Milliseconds from the navigation to the first frame. */
  firstFrameMs: number;
  framesDrawn(): Promise<number>;
  /** CPU seconds of the GPU process so far. */
  gpuSeconds(): Promise<number>;
  /** Bytes the whole browser holds (proportional set size). */
  memory(): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param html The page; it sets the global function `framesDrawn` once it can draw.
 * @param files What lies at a path; for all others the repository is asked.
 * @param flags Of Chromium, in place of those for WebGL in software.
 */
export async function openBenchPage(
  html: string,
  size: number,
  files: (path: string) => string | Buffer | null,
  flags = FLAGS,
): Promise<BenchPage> {
  const server = createServer((request, response) => {
    const path = request.url!.split('?')[0];
    try {
      const body = path === '/' ? html : (files(path) ?? readFileSync(`.${path}`));
      response
        .writeHead(200, { 'content-type': path === '/' ? 'text/html' : (TYPES[extname(path)] ?? 'application/octet-stream') })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH,
    args: [...flags, `--window-size=${size + 200},${size + 200}`],
  });
  const close = async () => {
    await browser.close();
    server.close();
  };
  const page = await browser.newPage({ viewport: { width: size + 40, height: size + 40 } });
  const start = performance.now();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const framesDrawn = () =>
    page.evaluate(async () => (globalThis as unknown as { framesDrawn?: () => Promise<number> }).framesDrawn?.() ?? 0);
  while ((await framesDrawn()) < 1) {
    if (performance.now() - start > FIRST_FRAME_LIMIT_MS) {
      await close();
      throw new Error(`Nothing was drawn within ${FIRST_FRAME_LIMIT_MS / 1000} s.`);
    }
    await page.waitForTimeout(50);
  }
  return {
    page,
    firstFrameMs: performance.now() - start,
    framesDrawn,
    gpuSeconds: async () =>
      (await processesOf(browser)).filter(({ type }) => type === 'GPU').reduce((sum, { cpuTime }) => sum + cpuTime, 0),
    memory: async () => (await processesOf(browser)).reduce((sum, { id }) => sum + pssOf(id), 0),
    close,
  };
}

/** Folder of a package from the registry, unpacked outside of the repository; null when it cannot be had. */
export function unpackPackage(name: string): string | null {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'bench-package-'));
    const file = execFileSync('npm', ['pack', name, '--silent'], { cwd: folder, encoding: 'utf8' }).trim();
    execFileSync('tar', ['xzf', file], { cwd: folder });
    return join(folder, 'package');
  } catch {
    return null;
  }
}

async function processesOf(browser: Browser): Promise<{ id: number; type: string; cpuTime: number }[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as {
    processInfo: { id: number; type: string; cpuTime: number }[];
  };
  await session.detach();
  return processInfo;
}

function pssOf(id: number): number {
  try {
    return 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
