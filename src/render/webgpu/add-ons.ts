/** The twin of `add-ons.ts`: add-ons take three.js from the worker that WebGL draws in, and so do not fit here. */
import { AvatarError, ErrorCode } from '../../shared/contracts/errors.js';
import type { AddOnName } from '../../shared/contracts/stage.js';
import type { AddOns } from '../loaders/read-options.js';

export class AddOnLoader {
  /** @throws {AvatarError} `renderingFailed` for all that only WebGL can draw. */
  load<Name extends AddOnName>(name: Name): Promise<AddOns[Name]> {
    // Shaders of three.js's own materials are written as they are needed here.
    if (name === 'materials') return Promise.resolve({ bringShaderTexts: () => undefined } as AddOns[Name]);
    return Promise.reject(new AvatarError(ErrorCode.renderingFailed, `This avatar needs the add-on "${name}", which WebGPU cannot draw`));
  }
}
