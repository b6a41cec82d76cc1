/** The repository as a web site that answers only when told to: shows which requests wait for which. HTTP/1.1, nothing is cached. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.glb': 'model/gltf-binary',
};
/** Without another request for this long, ms, all of a wave have left; the page is idle then. */
const QUIET_MS = 400;

export class HeldSite {
  private readonly server: Server;
  private waiting: { path: string; response: ServerResponse }[] = [];
  private lastRequestMs = 0;

  private constructor(html: string) {
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/') response.writeHead(200, { 'content-type': TYPES['.html'] }).end(html);
      else if (pathname === '/favicon.ico') response.writeHead(404).end();
      else {
        this.lastRequestMs = performance.now();
        this.waiting.push({ path: pathname, response });
      }
    });
  }

  /** @param html The page at `/`; all other paths are files of the repository. */
  static async open(html: string): Promise<HeldSite> {
    const site = new HeldSite(html);
    await new Promise<void>((resolve) => void site.server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** Paths that wait for an answer. */
  get held(): string[] {
    return this.waiting.map(({ path }) => path);
  }

  /**
   * Waits until no further request comes, then answers those that wait.
   *
   * @returns Their paths, sorted; none when nothing was requested within `limitMs`.
   */
  async answerWave(limitMs = 10_000): Promise<string[]> {
    const startMs = performance.now();
    const isOver = (): boolean => {
      const now = performance.now();
      return this.waiting.length > 0 ? now - this.lastRequestMs >= QUIET_MS : now - startMs >= limitMs;
    };
    while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 20));
    const wave = this.waiting;
    this.waiting = [];
    await Promise.all(
      wave.map(async ({ path, response }) => {
        const body = await readFile(`.${path}`).catch(() => null);
        const type = TYPES[extname(path)] ?? 'application/octet-stream';
        response.writeHead(body ? 200 : 404, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
      }),
    );
    return wave.map(({ path }) => path).sort();
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
