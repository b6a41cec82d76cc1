/**
 * Where the files are that are loaded on demand: workers, worklets, avatars, the net's weights.
 *
 * They lie beside this module, in the package and on a CDN alike. Bundlers that know `new URL('…', import.meta.url)` (Vite,
 * webpack, Turbopack, Parcel) carry them along and write their new names into the table below. Others (esbuild, Rollup) leave the
 * line as it is and the file behind: then the copy in `embedded-files.ts` is used, if there is one.
 */

import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { assetUrls } from './asset-choice.js';
import { isLeftBehind } from './left-behind.js';

/**
 * Functions, since a classic script made by another bundler has no `import.meta.url`. Workers stand here as plain
 * files, too: they have no imports, and bundlers would take `new Worker(new URL(…))` for a second copy.
 */
const PLACES = {
  'workers/motion.worker.js': () => new URL('../workers/motion.worker.js', import.meta.url),
  'workers/render.worker.js': () => new URL('../workers/render.worker.js', import.meta.url),
  'workers/render-webgpu.worker.js': () => new URL('../workers/render-webgpu.worker.js', import.meta.url),
  'workers/loader.worker.js': () => new URL('../workers/loader.worker.js', import.meta.url),
  'workers/draco.add-on.js': () => new URL('../workers/draco.add-on.js', import.meta.url),
  'workers/heads.add-on.js': () => new URL('../workers/heads.add-on.js', import.meta.url),
  'workers/materials.add-on.js': () => new URL('../workers/materials.add-on.js', import.meta.url),
  'workers/ktx2.add-on.js': () => new URL('../workers/ktx2.add-on.js', import.meta.url),
  'workers/names.add-on.js': () => new URL('../workers/names.add-on.js', import.meta.url),
  'workers/vrm.add-on.js': () => new URL('../workers/vrm.add-on.js', import.meta.url),
  'workers/splats.add-on.js': () => new URL('../workers/splats.add-on.js', import.meta.url),
  'audio/playback.worklet.js': () => new URL('../audio/playback.worklet.js', import.meta.url),
  'audio/capture.worklet.js': () => new URL('../audio/capture.worklet.js', import.meta.url),
  'avatars/aria.glb': () => new URL('../avatars/aria.glb', import.meta.url),
  'avatars/theo.glb': () => new URL('../avatars/theo.glb', import.meta.url),
  'avatars/nia.glb': () => new URL('../avatars/nia.glb', import.meta.url),
  'models/mouth.bin': () => new URL('../models/mouth.bin', import.meta.url),
};

/** A file that is loaded on demand, by its path in the package's `dist`. */
export type AssetName = keyof typeof PLACES;

/** One of the files. */
export interface Asset {
  /** Where it lies; null when a bundler left it behind. */
  readonly url: URL | null;
  /** A URL to load it from: its own, or a Blob's that holds its copy. @throws {AvatarError} `invalidConfiguration` without either. */
  locate(): Promise<string>;
  /** Its text, by way of modules where there is a copy: needs no `connect-src` then. @throws {AvatarError} as `locate()`. */
  readText(): Promise<string>;
}

const blobUrls = new Map<AssetName, Promise<string>>();

/** @param name Path in `dist`. */
export function asset(name: AssetName): Asset {
  const own = chosenUrl(name);
  // Turbopack gives URLs without an origin.
  const url =
    own ??
    (isLeftBehind(import.meta.url, '/assets/asset-urls.js', `../${name}`, PLACES[name])
      ? null
      : new URL(PLACES[name]().href, document.baseURI));
  return {
    url,
    locate: async () => url?.href ?? blobUrlOf(name),
    readText: async () => (own ? null : await embedded(name)) ?? fetchText(name, url),
  };
}

function chosenUrl(name: AssetName): URL | null {
  const { baseUrl, files } = assetUrls();
  const file = files?.[name];
  if (file) return new URL(file, document.baseURI);
  return baseUrl ? new URL(name, new URL(String(baseUrl).replace(/\/*$/, '/'), document.baseURI)) : null;
}

async function embedded(name: AssetName): Promise<string | null> {
  const { embeddedFile } = await import('./embedded-files.js');
  return embeddedFile(name);
}

async function fetchText(name: AssetName, url: URL | null): Promise<string> {
  if (!url) throw leftBehind(name);
  const response = await fetch(url, { credentials: 'omit' });
  if (!response.ok) throw new AvatarError(ErrorCode.connectionFailed, `${url.href} answered ${response.status}`);
  return response.text();
}

function blobUrlOf(name: AssetName): Promise<string> {
  let made = blobUrls.get(name);
  if (!made) {
    blobUrls.set(name, (made = makeBlobUrl(name)));
    // Whoever needs it next tries again.
    made.catch(() => blobUrls.delete(name));
  }
  return made;
}

async function makeBlobUrl(name: AssetName): Promise<string> {
  const content = await embedded(name);
  if (content === null) throw leftBehind(name);
  const blob = name.endsWith('.js')
    ? new Blob([content], { type: 'text/javascript' })
    : new Blob([Uint8Array.from(atob(content), (character) => character.charCodeAt(0))]);
  return URL.createObjectURL(blob);
}

function leftBehind(name: AssetName): AvatarError {
  return new AvatarError(
    ErrorCode.invalidConfiguration,
    `The bundler left ${name} behind: serve a copy of the package's dist folder and name it with setAssetUrls({ baseUrl }).`,
  );
}
