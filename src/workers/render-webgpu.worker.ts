/**
 * Door of the render worker where WebGPU draws. The same stage as in `render.worker.ts`: the build puts the modules of
 * `render/webgpu` in the place of their twins, and three.js's WebGPU half in the place of its WebGL half.
 */
import { expose } from 'comlink';
import { installErrorTransfer } from './error-transfer.js';
import { answerHeartbeats } from './heartbeat.js';
import { renderService } from './render-service.js';
import { connectThreadLog } from './thread-log.js';

installErrorTransfer();
connectThreadLog('render', self);
answerHeartbeats(self);
expose(renderService);
