/** Door of the render worker. Pages whose workers cannot draw import the same file and use the service directly. */
import { expose } from 'comlink';
import { log } from '../shared/core/log.js';
import { installErrorTransfer } from './error-transfer.js';
import { answerHeartbeats } from './heartbeat.js';
import { renderService } from './render-service.js';
import { connectThreadLog } from './thread-log.js';

if (!('document' in globalThis)) {
  installErrorTransfer();
  connectThreadLog('render', self);
  answerHeartbeats(self);
  expose(renderService);
}

export { log, renderService };
