/** A folder as a web site of its own origin, as a plain web server would show it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { serveFile } from '../../../src/server/static-files.js';

export class StaticSite {
  /** Paths that were asked for and are not there. */
  readonly missing: string[] = [];
  /** All paths that were asked for. */
  readonly requested: string[] = [];
  private readonly server: Server;

  private constructor(folder: string, headers: Record<string, string>) {
    this.server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      this.requested.push(pathname);
      const answer = await serveFile(
        { path: folder, isShared: true },
        pathname,
        new Request(`http://localhost${pathname}`, { method: request.method ?? 'GET' }),
      );
      if (answer.status === 404 && pathname !== '/favicon.ico') this.missing.push(pathname);
      response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...headers });
      if (answer.body) Readable.fromWeb(answer.body as NodeReadableStream).pipe(response);
      else response.end();
    });
  }

  /** @param headers Sent with every file. */
  static async open(folder: string, headers: Record<string, string> = {}): Promise<StaticSite> {
    const site = new StaticSite(folder, headers);
    await new Promise<void>((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
