/** Draws on the page where no worker can; loaded only then. */
import { releaseProxy } from 'comlink';
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { RenderService } from '../shared/contracts/stage.js';
import { log } from '../shared/core/log.js';
import type { WorkerFile } from './worker-host.js';

/** The worker's file as a module of the page. @throws {AvatarError} `renderingFailed`. */
export async function renderServiceOfPage(file: WorkerFile): Promise<RenderService> {
  let service: RenderService;
  try {
    const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ await file.locate());
    service = module.renderService;
    // A bundle of its own, with a log of its own.
    if (module.log !== log) {
      module.log.connect('render', log.forward);
      log.followLevel((level) => (module.log.level = level));
    }
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.renderingFailed, 'The renderer could not be loaded');
  }
  return {
    createStage: async (options, listener) =>
      // The service lets go of its listener as of a proxy.
      service.createStage(options, Object.assign(listener, { [releaseProxy]: () => undefined })),
  };
}
