/** A session of the motion worker, as the page calls it. */
import type { Remote } from 'comlink';
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { SessionListener } from '../shared/contracts/session.js';
import type { SpeechManner, TimedViseme } from '../shared/contracts/speech-manner.js';
import type { SpeechSession } from '../shared/contracts/speech-session.js';
import { type Methods, remote } from './remote.js';
import type { WorkerConnection } from './worker-host.js';

const METHODS: Methods<SpeechSession> = {
  open: 'ask',
  begin: 'ask',
  append: (_round, samples) => [samples.buffer as ArrayBuffer],
  listen: 'ask',
  receiveMotion: (_round, messages) => messages.map(({ buffer }) => buffer as ArrayBuffer),
  interrupt: 'send',
  setSource: 'send',
  setFrameStarvation: 'send',
  setExpression: 'send',
  stats: 'ask',
  close: 'send',
  dispose: 'end',
};

export function remoteSession(connection: WorkerConnection<never>, proxy: Remote<SpeechSession>, listener: SessionListener): SpeechSession {
  const session = remote(connection, proxy, listener, METHODS);
  return {
    ...session,
    begin: (round, manner) =>
      session.begin(round, withOwnFields(manner)).catch((reason: unknown) => {
        // A value that cannot be sent to a worker is no valid option either.
        throw avatarErrorFrom(reason, ErrorCode.invalidConfiguration);
      }),
  };
}

/** The events of Azure's SDK have getters of their class in place of fields, which no copy for a worker keeps. */
function withOwnFields(manner: SpeechManner): SpeechManner {
  const { visemes } = manner;
  return Array.isArray(visemes) ? { ...manner, visemes: visemes.map(ownFieldsOf) } : manner;
}

function ownFieldsOf(mark: TimedViseme): TimedViseme {
  const { audioOffset, visemeId } = Object(mark) as { audioOffset?: number; visemeId: number };
  return audioOffset === undefined ? mark : { audioOffset, visemeId };
}
