/** An engine thread: the desks of the sessions that were placed here share it in turns. */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

import { MotionEngine } from '../motion/engine/motion-engine.js';
import { loadMouthModel, setMouthModelReader } from '../motion/engine/mouth-model.js';
import { createSimdLinears } from '../motion/engine/simd-linears.js';
import { type EngineThreadData, type FromEngineThread, Outbox, type ToEngineThread } from './engine-messages.js';
import { FairScheduler } from './fair-scheduler.js';
import { type CreateEngine, type DeskListener, SpeechDesk } from './speech-desk.js';

const port = parentPort!;
const outbox = new Outbox<FromEngineThread>(port);
const scheduler = new FairScheduler();
const desks = new Map<number, SpeechDesk>();
const createEngine: CreateEngine = (options) => new MotionEngine(options);

function open(desk: number, options: Extract<ToEngineThread, { kind: 'open' }>['options']): SpeechDesk {
  const listener: DeskListener = {
    handleTaken: (request, byteCount) => outbox.push({ kind: 'taken', desk, request, byteCount }),
    handleAnswer: (request, encoded, isEnd) => {
      if (!encoded) return;
      // The encoder may keep room behind what it wrote.
      const message = encoded.byteLength === encoded.buffer.byteLength ? encoded : encoded.slice();
      outbox.push({ kind: 'answer', desk, request, message, isEnd }, message.buffer as ArrayBuffer);
    },
    handleFailure: (request, code, message) => outbox.push({ kind: 'failure', desk, request, code, message }),
  };
  return new SpeechDesk(options, createEngine, scheduler, listener, tellFault);
}

/** Errors may be sent to another thread; anything else that was thrown might not. */
function tellFault(reason: unknown): void {
  outbox.push({ kind: 'fault', error: reason instanceof Error ? reason : new Error(String(reason)) });
}

function handle(item: ToEngineThread): void {
  if (item.kind === 'open') return void desks.set(item.desk, open(item.desk, item.options));
  const desk = desks.get(item.desk);
  if (item.kind === 'add') desk?.add(item.request, item.reqId, item.audio, item.isEnd);
  else if (item.kind === 'cancel') desk?.cancel(item.request);
  else if (item.kind === 'block') desk?.setBlocked(item.isBlocked);
  else {
    desk?.close();
    desks.delete(item.desk);
  }
}

setMouthModelReader(() => readFile((workerData as EngineThreadData).modelPath), createSimdLinears);
await loadMouthModel();
port.on('message', (items: ToEngineThread[]) => items.forEach(handle));
outbox.push({ kind: 'ready' });
