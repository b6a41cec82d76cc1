/**
 * Add-ons: parts of the renderer that few avatars need, each in its own file (`workers/*.add-on.js`), which this thread imports
 * on demand. Only the page knows their URLs, since bundlers rename files.
 *
 * To add one: its module in this folder, a line in the table below, its name in `shared/contracts/stage.ts`, `workers/NAME.add-on.ts`
 * that exports the module, its place in `asset-urls.ts` and `embedded-files.ts`, its name in `rollup.config.js` and its budget
 * in `scripts/sizes.js`.
 */
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { AddOnName, StageListener } from '../shared/contracts/stage.js';

interface AddOnModules extends Record<AddOnName, object> {
  materials: typeof import('./materials/three-shaders.js');
  vrm: typeof import('./loaders/vrm-loader.js');
  splats: typeof import('./splats/splat-avatar.js');
  ktx2: typeof import('./loaders/ktx2.js');
  names: typeof import('../motion/retarget/names/index.js');
}

/** Loads add-ons from the URLs that the page gives. The browser caches each for the life of the thread. */
export class AddOnLoader {
  private readonly locate: StageListener['locateAddOn'];

  /** @param locate Asks the page. */
  constructor(locate: StageListener['locateAddOn']) {
    this.locate = locate;
  }

  /** @throws {AvatarError} `renderingFailed` if it cannot be loaded. */
  async load<Name extends AddOnName>(name: Name): Promise<AddOnModules[Name]> {
    let url = `${name}.add-on.js`;
    try {
      url = await this.locate(name);
      return (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as AddOnModules[Name];
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw new AvatarError(ErrorCode.renderingFailed, `This avatar needs ${url}, which could not be loaded: ${detail}`, { cause });
    }
  }
}
