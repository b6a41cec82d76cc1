/** Where the page hosts the files that are loaded on demand, if it says so. Apart from `asset-urls.ts`, which is loaded with the first avatar. */
import type { AssetName } from './asset-urls.js';

export interface AssetUrls {
  /** Folder that holds a copy of the package's `dist`, absolute or relative to the page. */
  readonly baseUrl?: string | URL;
  /** Single files that lie elsewhere. */
  readonly files?: Readonly<Partial<Record<AssetName, string | URL>>>;
  /** Longest time that checking an avatar file which is not built in may take after its download, ms. Default: 15,000. */
  readonly avatarTimeoutMs?: number;
}

/** Kept by the page, not by this module: the classic script has a copy of the module, and must be heard by the other. */
const KEY = Symbol.for('spatius-avatar asset urls');
const page: typeof globalThis & { [KEY]?: AssetUrls } = globalThis;

/** The current choice; another object after every change. */
export function assetUrls(): AssetUrls {
  return (page[KEY] ??= {});
}

/** Points to self-hosted files. Applies to avatars that are created afterwards, so call it first. */
export function setAssetUrls(urls: AssetUrls): void {
  const chosen = assetUrls();
  page[KEY] = { ...chosen, ...urls, files: { ...chosen.files, ...urls.files } };
}
