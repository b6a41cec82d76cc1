/** Where the page keeps the files that are loaded on demand, where it says so. Apart from `asset-urls.ts`, which the first avatar brings. */
import type { AssetName } from './asset-urls.js';

export interface AssetUrls {
  /** Folder that holds a copy of the package's `dist`, absolute or relative to the page. */
  readonly baseUrl?: string | URL;
  /** Single files that lie elsewhere. */
  readonly files?: Readonly<Partial<Record<AssetName, string | URL>>>;
}

let chosen: AssetUrls = {};

/** What was chosen; another object after every change. */
export function assetUrls(): AssetUrls {
  return chosen;
}

/** Points to self-hosted files. Counts for avatars that are made from then on, so call it first. */
export function setAssetUrls(urls: AssetUrls): void {
  chosen = { ...chosen, ...urls, files: { ...chosen.files, ...urls.files } };
}
