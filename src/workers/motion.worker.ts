/** Door of the motion worker. */
import { expose, proxy, releaseProxy, type Remote } from 'comlink';
import { LiveMotionSession } from '../session/motion-session.js';
import { installErrorTransfer } from './error-transfer.js';
import type { MotionSession, MotionSessionListener, MotionSessionOptions } from './worker-api.js';

installErrorTransfer();
expose({
  createSession(options: MotionSessionOptions, listener: Remote<MotionSessionListener>): MotionSession {
    const session = new LiveMotionSession(options, listener as unknown as MotionSessionListener);
    session.handleDisposed = () => listener[releaseProxy]();
    return proxy(session);
  },
});
