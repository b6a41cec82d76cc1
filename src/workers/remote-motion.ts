/** The objects of the motion worker as the page sees them; loaded with the first of them, after the first picture. */
import { transfer } from 'comlink';
import { avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { MotionSession, MotionSink } from '../shared/contracts/motion-session.js';
import type { SpeechManner, TimedViseme } from '../shared/contracts/speech-manner.js';
import { RemoteObject } from './remote-object.js';

export class RemoteMotionSession extends RemoteObject<MotionSession> implements MotionSession {
  open: MotionSession['open'] = () => this.ask(this.remote.open());
  begin: MotionSession['begin'] = (round, manner) =>
    this.ask(this.remote.begin(round, withOwnFields(manner))).catch((reason: unknown) => {
      // What cannot be sent to a worker is no manner of speaking either.
      throw avatarErrorFrom(reason, ErrorCode.invalidConfiguration);
    });
  append: MotionSession['append'] = (round, samples, sampleRateHz, isEnd) =>
    this.tell(() => this.remote.append(round, transfer(samples, [samples.buffer]), sampleRateHz, isEnd));
  listen: MotionSession['listen'] = (round) => this.ask(this.remote.listen(round));
  receiveMotion: MotionSession['receiveMotion'] = (round, messages) =>
    this.tell(() =>
      this.remote.receiveMotion(
        round,
        transfer(
          messages,
          messages.map(({ buffer }) => buffer),
        ),
      ),
    );
  interrupt: MotionSession['interrupt'] = (beforeRound) => this.tell(() => this.remote.interrupt(beforeRound));
  setSource: MotionSession['setSource'] = (source) => this.tell(() => this.remote.setSource(source));
  setFrameStarvation: MotionSession['setFrameStarvation'] = (mode) => this.tell(() => this.remote.setFrameStarvation(mode));
  setExpression: MotionSession['setExpression'] = (expression) => this.tell(() => this.remote.setExpression(expression));
  stats: MotionSession['stats'] = () => this.ask(this.remote.stats());
  close: MotionSession['close'] = () => this.tell(() => this.remote.close());
  dispose: MotionSession['dispose'] = () => {
    this.tell(() => this.remote.dispose());
    this.release();
  };
}

export class RemoteMotionSink extends RemoteObject<MotionSink> implements MotionSink {
  receive: MotionSink['receive'] = (round, messages) =>
    this.tell(() =>
      this.remote.receive(
        round,
        transfer(
          messages,
          messages.map(({ buffer }) => buffer),
        ),
      ),
    );
  flush: MotionSink['flush'] = (beforeRound) => this.tell(() => this.remote.flush(beforeRound));
  stats: MotionSink['stats'] = () => this.ask(this.remote.stats());
  dispose: MotionSink['dispose'] = () => {
    this.tell(() => this.remote.dispose());
    this.release();
  };
}

/** The events of Azure's SDK have their fields by getters of their class, which no copy for a worker takes along. */
function withOwnFields(manner: SpeechManner): SpeechManner {
  const { visemes } = manner;
  return Array.isArray(visemes) ? { ...manner, visemes: visemes.map(ownFieldsOf) } : manner;
}

function ownFieldsOf(mark: TimedViseme): TimedViseme {
  const { audioOffset, visemeId } = Object(mark) as { audioOffset?: number; visemeId: number };
  return audioOffset === undefined ? mark : { audioOffset, visemeId };
}
