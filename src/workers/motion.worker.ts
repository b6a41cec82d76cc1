/** Door of the motion worker. */
import { expose, proxy, type Remote, releaseProxy } from 'comlink';
import { setMouthModelReader } from '../motion/engine/mouth-model.js';
import type {
  MotionSession,
  MotionSessionListener,
  MotionSessionOptions,
  MotionSink,
  MotionSinkListener,
} from '../shared/contracts/motion-session.js';
import { LiveMotionSession } from '../speech/session/motion-session.js';
import { LiveMotionSink } from '../speech/session/motion-sink.js';
import { installErrorTransfer } from './error-transfer.js';
import { connectThreadLog } from './thread-log.js';

/** A network that takes longer is not waited for: the mouth by rule speaks. */
const MODEL_TIMEOUT_MS = 8000;

/** The same for all sessions of a page, which is asked before the first. */
let mouthModelUrl = '';

installErrorTransfer();
connectThreadLog('motion', self);
setMouthModelReader(async () => {
  const response = await fetch(mouthModelUrl, { signal: AbortSignal.timeout(MODEL_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
});
expose({
  createSession(options: MotionSessionOptions, listener: Remote<MotionSessionListener>): MotionSession {
    mouthModelUrl = options.mouthModelUrl;
    const session = new LiveMotionSession(options, listener as unknown as MotionSessionListener);
    session.handleDisposed = () => listener[releaseProxy]();
    return proxy(session);
  },
  createSink(stagePort: MessagePort, listener: Remote<MotionSinkListener>): MotionSink {
    const sink = new LiveMotionSink(stagePort, listener as unknown as MotionSinkListener);
    sink.handleDisposed = () => listener[releaseProxy]();
    return proxy(sink);
  },
});
