/** Serves folders: the demo page and the built package. Nothing outside a folder can be reached. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.ts': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.glb': 'model/gltf-binary',
  '.gltf': 'model/gltf+json',
  '.vrm': 'model/gltf-binary',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.mp3': 'audio/mpeg',
  '.vtt': 'text/vtt; charset=utf-8',
  '.ogg': 'audio/ogg',
  '.opus': 'audio/ogg',
  '.webm': 'audio/webm',
  '.m4a': 'audio/mp4',
  '.woff2': 'font/woff2',
};

/** A missing folder answers 404 to everything. `isShared` lets pages of other origins load the files. */
export interface StaticFolder {
  path: string;
  isShared: boolean;
}

/**
 * Answers `GET` and `HEAD` for a file in the folder; `index.html` for a path that ends with `/`.
 *
 * @param pathname Path below the folder as it stands in the URL, percent-encoded, beginning with `/`.
 */
export async function serveFile(folder: StaticFolder, pathname: string, request: Request): Promise<Response> {
  const shared: Record<string, string> = folder.isShared
    ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }
    : {};
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response(null, { status: 405, headers: { ...shared, allow: 'GET, HEAD' } });
  }
  const file = await findFile(folder.path, pathname);
  if (!file) return new Response('Not found\n', { status: 404, headers: { ...shared, 'content-type': 'text/plain; charset=utf-8' } });
  const headers = {
    ...shared,
    'content-type': MIME_TYPES[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'x-content-type-options': 'nosniff',
    // Revalidated each time, with 304 while unchanged: names of built files contain no hash.
    'cache-control': 'no-cache',
    etag: file.etag,
  };
  if (request.headers.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers });
  const body =
    request.method === 'HEAD'
      ? null
      : (Readable.toWeb(createReadStream(file.path)) as NodeReadableStream<Uint8Array> as ReadableStream<Uint8Array>);
  return new Response(body, { headers: { ...headers, 'content-length': String(file.size) } });
}

async function findFile(folder: string, pathname: string): Promise<{ path: string; size: number; etag: string } | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  const segments = decoded.split('/');
  // Refused by name before any file access: dot files, `..`, Windows separators and drives, NUL.
  if (segments.some((segment) => segment.startsWith('.') || /[\\:\0]/.test(segment))) return null;
  if (decoded.endsWith('/')) segments.push('index.html');
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, ...segments));
    // A link may point elsewhere.
    if (!path.startsWith(root + sep)) return null;
    const facts = await stat(path);
    if (!facts.isFile()) return null;
    return { path, size: facts.size, etag: `"${facts.size.toString(36)}-${Math.round(facts.mtimeMs).toString(36)}"` };
  } catch {
    return null;
  }
}
