/**
 * Copies of files of `asset-urls.ts` as modules: text as it is, everything else in base64. `npm run build` makes them from the files.
 * Loaded where a bundler left a file behind, and for workers of another origin that the page's policy lets run, but not load.
 * Large files that few pages use have none: they would double the package, and a page that needs one calls `setAssetUrls`.
 *
 * webpack, and Vite when it builds, carry the files themselves. Both see at build time that the table is not needed there, and
 * leave the copies out.
 */
import type { AssetName } from './asset-urls.js';

type Copies = Partial<Record<AssetName, () => Promise<{ default: string }>>>;

const COPIES: Copies | null =
  typeof __webpack_require__ === 'function' || import.meta.env?.PROD
    ? null
    : {
        'workers/motion.worker.js': () => import('../embedded/motion.worker.embedded.js'),
        'workers/render.worker.js': () => import('../embedded/render.worker.embedded.js'),
        'workers/loader.worker.js': () => import('../embedded/loader.worker.embedded.js'),
        'workers/materials.add-on.js': () => import('../embedded/materials.add-on.embedded.js'),
        'workers/names.add-on.js': () => import('../embedded/names.add-on.embedded.js'),
        'workers/vrm.add-on.js': () => import('../embedded/vrm.add-on.embedded.js'),
        'workers/splats.add-on.js': () => import('../embedded/splats.add-on.embedded.js'),
        'workers/heads.add-on.js': () => import('../embedded/heads.add-on.embedded.js'),
        'audio/playback.worklet.js': () => import('../embedded/playback.worklet.embedded.js'),
        'audio/capture.worklet.js': () => import('../embedded/capture.worklet.embedded.js'),
        'avatars/aria.glb': () => import('../embedded/aria.glb.embedded.js'),
        'models/mouth.bin': () => import('../embedded/mouth.bin.embedded.js'),
      };

/** Text, or base64 of binary files; null without a copy. Rejects when the copy cannot be loaded. */
export async function embeddedFile(name: AssetName): Promise<string | null> {
  return (await COPIES?.[name]?.())?.default ?? null;
}
