/**
 * The classic script `spatius-avatar.iife.min.js`: loads the module that lies beside it, so that both share their chunks, and
 * defines `window.SpatiusAvatar` synchronously.
 */
import { type AssetUrls, setAssetUrls } from './assets/asset-choice.js';
import type { AvatarStrings } from './element/english.js';
import type * as Module from './index.js';

type Exports = typeof Module;

const { src } = document.currentScript as HTMLScriptElement;
const ready = import(/* webpackIgnore: true */ new URL('spatius-avatar.min.js', src).href) as Promise<Exports>;

/** `window.SpatiusAvatar`. Everything else that the module exports joins it when the module has been loaded. */
const global = {
  /** Resolves with all exports once the element is defined. Rejects when the script cannot be loaded. */
  ready,
  /** Takes effect at once, so that it can be called before the first avatar. */
  setAssetUrls: (urls: AssetUrls): void => setAssetUrls(urls),
  setStrings: async (lang: string, strings: Partial<AvatarStrings>): Promise<void> => (await ready).setStrings(lang, strings),
};

export type SpatiusAvatarGlobal = typeof global & Partial<Exports>;

(window as Window & { SpatiusAvatar?: SpatiusAvatarGlobal }).SpatiusAvatar = global;
// A failure stays with `ready`: a page that does not use it finds it in the console as unhandled.
void ready.then((exports) => Object.assign(global, exports));
