/** The repository as a web site that answers only when told to: shows which requests wait for which. */
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
export class HeldSite {
  private readonly server: Server;
  private waiting: { path: string; response: ServerResponse }[] = [];
  private readonly listeners = new Set<() => void>();
  /** Paths of all requests so far, in their order. */
  readonly requested: string[] = [];

  private constructor(html: string) {
    this.server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname === '/') response.writeHead(200, { 'content-type': TYPES['.html'] }).end(html);
      else if (pathname === '/favicon.ico') response.writeHead(404).end();
      else {
        this.requested.push(pathname);
        this.waiting.push({ path: pathname, response });
        for (const listener of this.listeners) listener();
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

  /** Resolves when all of these requests wait for an answer at the same time: none of them waits for another's. */
  async holds(...paths: readonly RegExp[]): Promise<void> {
    const isHeld = (): boolean => paths.every((path) => this.held.some((held) => path.test(held)));
    if (isHeld()) return;
    await new Promise<void>((resolve) => {
      const listener = (): void => {
        if (!isHeld()) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  /** Answers the requests that wait. Browsers may keep the files. */
  async answer(): Promise<void> {
    const { waiting } = this;
    this.waiting = [];
    await Promise.all(
      waiting.map(async ({ path, response }) => {
        const body = await readFile(`.${path}`).catch(() => null);
        const type = TYPES[extname(path)] ?? 'application/octet-stream';
        response.writeHead(body ? 200 : 404, { 'content-type': type, 'cache-control': body ? 'max-age=600' : 'no-store' }).end(body);
      }),
    );
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
