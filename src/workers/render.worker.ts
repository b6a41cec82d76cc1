/** Door of the render worker. */
import { expose } from 'comlink';
import { installErrorTransfer } from './error-transfer.js';
import { renderService } from './render-service.js';

installErrorTransfer();
expose(renderService);
