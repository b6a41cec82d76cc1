/** Where the files are that are loaded on demand; by default beside this module. */
export interface AssetUrls {
  /** Self-hosted copies for pages whose Content Security Policy allows no `blob:` workers. */
  motionWorkerUrl: string | URL | null;
  renderWorkerUrl: string | URL | null;
  playbackWorkletUrl: string | URL;
  captureWorkletUrl: string | URL;
  /** Folder of the built-in avatars, with a slash at its end. */
  avatarsUrl: string | URL;
  /** What the renderer loads for some avatars only, one file each. */
  addOnUrls: Readonly<Record<'materials', string | URL>>;
}

let current: Readonly<AssetUrls> = {
  motionWorkerUrl: null,
  renderWorkerUrl: null,
  playbackWorkletUrl: new URL('./audio/playback.worklet.js', import.meta.url),
  captureWorkletUrl: new URL('./audio/capture.worklet.js', import.meta.url),
  avatarsUrl: new URL('./avatars/', import.meta.url),
  addOnUrls: {
    materials: new URL('./workers/materials.add-on.js', import.meta.url),
  },
};

/** Another object after every change. */
export function assetUrls(): Readonly<AssetUrls> {
  return current;
}

/** Points to self-hosted files. Counts for avatars that are made from then on, so call it first. */
export function setAssetUrls(urls: Partial<Omit<AssetUrls, 'addOnUrls'>> & { addOnUrls?: Partial<AssetUrls['addOnUrls']> }): void {
  current = { ...current, ...urls, addOnUrls: { ...current.addOnUrls, ...urls.addOnUrls } };
}
