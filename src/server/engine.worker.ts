/** An engine thread: the request queues of the sessions placed here take turns. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

import { MotionEngine } from '../motion/engine/motion-engine.js';
import { loadMouthModel, setMouthModelReader } from '../motion/engine/mouth-model.js';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { type EngineThreadData, type FromEngineThread, Outbox, type ToEngineThread } from './engine-messages.js';
import { FairScheduler } from './fair-scheduler.js';
import { LocalRequestQueue } from './local-request-queue.js';
import type { CreateEngine, RequestListener, RequestQueueOptions } from './request-queue.js';

const port = parentPort!;
const outbox = new Outbox<FromEngineThread>(port);
const scheduler = new FairScheduler();
const queues = new Map<number, LocalRequestQueue>();
const createEngine: CreateEngine = (options) => new MotionEngine(options);

function open(queue: number, options: RequestQueueOptions): LocalRequestQueue {
  const listener: RequestListener = {
    handleTaken: (reqId, byteCount) => outbox.push({ kind: 'taken', queue, reqId, byteCount }),
    handleResponse: (reqId, encoded, isEnd, mediaSeconds) => {
      if (!encoded) return;
      // The encoder may keep room behind what it wrote.
      const message = encoded.byteLength === encoded.buffer.byteLength ? encoded : encoded.slice();
      outbox.push({ kind: 'response', queue, reqId, message, isEnd, mediaSeconds }, message.buffer as ArrayBuffer);
    },
    handleFailure: (reqId, code, message) => outbox.push({ kind: 'failure', queue, reqId, code, message }),
  };
  return new LocalRequestQueue(options, createEngine, scheduler, listener, reportFault);
}

/** Errors can be posted to another thread; other thrown values might not. */
function reportFault(reason: unknown): void {
  outbox.push({ kind: 'fault', error: reason instanceof Error ? reason : new Error(String(reason)) });
}

function handle(item: ToEngineThread): void {
  if (item.kind === 'open') return void queues.set(item.queue, open(item.queue, item.options));
  const queue = queues.get(item.queue);
  if (item.kind === 'begin') queue?.begin(item.reqId);
  else if (item.kind === 'add') queue?.add(item.reqId, item.audio, item.isEnd);
  else if (item.kind === 'cancel') queue?.cancel(item.reqId);
  else if (item.kind === 'block') queue?.setBlocked(item.isBlocked);
  else {
    queue?.close();
    queues.delete(item.queue);
  }
}

setMouthModelReader(() => readFile((workerData as EngineThreadData).modelPath), createSimdLinears);
await loadMouthModel();
port.on('message', (items: ToEngineThread[]) => items.forEach(handle));
outbox.push({ kind: 'ready' });
