/** Door of the render worker. Pages whose workers cannot draw import the same file and use the service directly. */
import { expose } from 'comlink';
import { installErrorTransfer } from './error-transfer.js';
import { renderService } from './render-service.js';

if (!('document' in globalThis)) {
  installErrorTransfer();
  expose(renderService);
}

export { renderService };
