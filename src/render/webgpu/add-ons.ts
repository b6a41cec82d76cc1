/** Replaces `add-ons.ts` in the WebGPU worker: add-ons use the three.js of the WebGL worker, and do not work here. */
import { NAME_READER } from '../../motion/retarget/names/index.js';
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { AddOnName } from '../../shared/contracts/stage.js';
import type { AddOns } from '../loaders/read-options.js';

export class AddOnLoader {
  /** @throws {AvatarError} `renderingFailed` for add-ons that need WebGL. */
  load<Name extends AddOnName>(name: Name): Promise<AddOns[Name]> {
    // WebGPU generates the shaders of three.js's own materials on demand.
    if (name === 'materials') return Promise.resolve({ bringShaderTexts: () => undefined } as AddOns[Name]);
    if (name === 'names') return Promise.resolve({ NAME_READER } as AddOns[Name]);
    return Promise.reject(new AvatarError(ErrorCode.renderingFailed, `This avatar needs the add-on "${name}", which WebGPU cannot draw`));
  }
}
