/** Door of the motion worker. Pages without workers import the same file and serve themselves. */
import { type Endpoint, expose, proxy, type Remote, releaseProxy } from 'comlink';
import { setMouthModelReader } from '../motion/engine/mouth-model.js';
import type { SessionListener } from '../shared/contracts/session.js';
import type { SpeechSession, SpeechSessionOptions } from '../shared/contracts/speech-session.js';
import { LiveSpeechSession } from '../speech/session/speech-session.js';
import { installErrorTransfer } from './error-transfer.js';
import { connectThreadLog } from './thread-log.js';

/** After this long the mouth moves by rule, ms. */
const MODEL_TIMEOUT_MS = 8000;

/** Of the newest session; all sessions of a page share the model. */
let readMouthModel: (() => Promise<ArrayBuffer>) | null = null;

/** @param port The worker's own scope, or one end of a channel. */
export function serveMotion(port: Endpoint & Parameters<typeof connectThreadLog>[1]): void {
  installErrorTransfer();
  connectThreadLog('motion', port);
  setMouthModelReader(async () => {
    if (!readMouthModel) throw new Error('there is no session');
    const timeout = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('timeout')), MODEL_TIMEOUT_MS));
    return new Uint8Array(await Promise.race([readMouthModel(), timeout]));
  });
  expose(service, port);
}

const service = {
  createSession(
    options: SpeechSessionOptions,
    listener: Remote<SessionListener>,
    readModel: Remote<() => Promise<ArrayBuffer>>,
  ): SpeechSession {
    readMouthModel = readModel;
    const session = new LiveSpeechSession(options, listener as unknown as SessionListener);
    session.handleDisposed = () => listener[releaseProxy]();
    return proxy(session);
  },
};

if (!('document' in globalThis)) serveMotion(self);
