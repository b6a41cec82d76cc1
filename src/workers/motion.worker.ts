/** Door of the motion worker. */
import { expose, proxy, type Remote, releaseProxy } from 'comlink';
import { setMouthModelReader } from '../motion/engine/mouth-model.js';
import type { SessionListener } from '../shared/contracts/session.js';
import type { SpeechSession, SpeechSessionOptions } from '../shared/contracts/speech-session.js';
import { LiveSpeechSession } from '../speech/session/speech-session.js';
import { installErrorTransfer } from './error-transfer.js';
import { connectThreadLog } from './thread-log.js';

/** After this long the mouth moves by rule, ms. */
const MODEL_TIMEOUT_MS = 8000;

/** The same for all sessions of a page; set with the first. */
let mouthModelUrl = '';

installErrorTransfer();
connectThreadLog('motion', self);
setMouthModelReader(async () => {
  const response = await fetch(mouthModelUrl, { signal: AbortSignal.timeout(MODEL_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
});
expose({
  createSession(options: SpeechSessionOptions, listener: Remote<SessionListener>): SpeechSession {
    mouthModelUrl = options.mouthModelUrl;
    const session = new LiveSpeechSession(options, listener as unknown as SessionListener);
    session.handleDisposed = () => listener[releaseProxy]();
    return proxy(session);
  },
});
