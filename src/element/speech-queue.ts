/** The queue of `say()`: texts that the page's `speech-endpoint` turns into speech, spoken one after the other. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { SpeakOptions } from './captions/caption-cue.js';

export interface SayOptions extends SpeakOptions {
  /** Sent as `voice`; a voice name of the endpoint. */
  readonly voice?: string;
  /** BCP 47 tag, passed on as `language`. Default: the element's `lang`. */
  readonly language?: string;
}

/** The part of the element that the queue uses. */
export interface SpeechQueueElement {
  readonly speechEndpoint: string | null;
  readonly avatarId: string | null;
  readonly lang: string;
  speak(source: Response | Promise<Response>, options: SpeakOptions): Promise<void>;
}

/** Longest part of an endpoint's error message that is reported, characters. */
const MAX_MESSAGE_LENGTH = 300;

/** Calls that follow each other; an interruption of one ends them all. */
interface Sequence {
  isOver: boolean;
  /** Settles when the newest of them is over. */
  newest: Promise<unknown>;
  /** Settles when the newest of them begins to be spoken. */
  newestBegins: Promise<unknown>;
}

export class SpeechQueue {
  private readonly element: SpeechQueueElement;
  private sequence = newSequence();

  constructor(element: SpeechQueueElement) {
    this.element = element;
  }

  /** Clears the queue; the element ends the current speech itself. */
  drop(): void {
    this.sequence.isOver = true;
    this.sequence = newSequence();
  }

  /**
   * Speech that waits is asked for while the one before it is heard, one at a time.
   *
   * @throws {AvatarError} See `SpatiusAvatar.say`.
   */
  async say(text: string, { voice, language, ...options }: SayOptions): Promise<void> {
    const { element, sequence } = this;
    const endpoint = element.speechEndpoint;
    if (!endpoint) throw new AvatarError(ErrorCode.invalidConfiguration, 'say() needs a speech-endpoint.');
    if (typeof text !== 'string' || !text.trim()) throw new AvatarError(ErrorCode.invalidRequest, 'say() needs a text.');
    const body = { text, voice, language: language ?? (element.lang || undefined), avatarId: element.avatarId ?? undefined };
    const { signal } = options;
    if (signal?.aborted) throw new AvatarError(ErrorCode.aborted, 'The speech was aborted before it was asked for.');
    const ending = new AbortController();
    const end = (): void => ending.abort();
    signal?.addEventListener('abort', end);
    const before = sequence.newest;
    const requireGoingOn = (): void => {
      if (sequence.isOver) throw new AvatarError(ErrorCode.aborted, 'The speech before it was interrupted.');
    };
    const answer = sequence.newestBegins.then(() => {
      requireGoingOn();
      return answerTo(endpoint, body, ending.signal);
    });
    // Reported by the call of `speak()` that takes it over; of no interest if that never happens.
    answer.catch(() => undefined);
    const saying = before.then(() => {
      requireGoingOn();
      return element.speak(answer, options);
    });
    sequence.newestBegins = before;
    sequence.newest = saying.catch((reason: unknown) => {
      const isInterrupted = (reason as Partial<AvatarError>).code === ErrorCode.aborted && !signal?.aborted;
      if (isInterrupted && this.sequence === sequence) this.drop();
    });
    try {
      await saying;
    } finally {
      signal?.removeEventListener('abort', end);
      end();
    }
  }
}

function newSequence(): Sequence {
  return { isOver: false, newest: Promise.resolve(), newestBegins: Promise.resolve() };
}

async function answerTo(endpoint: string, body: object, signal: AbortSignal): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'audio/*' },
      body: JSON.stringify(body),
      signal,
    });
  } catch (reason) {
    if (signal.aborted) throw new AvatarError(ErrorCode.aborted, 'The speech was aborted', { cause: reason });
    throw avatarErrorFrom(reason, ErrorCode.speechRequestFailed, `The speech-endpoint ${shown(endpoint)} could not be reached`);
  }
  if (answer.ok) return answer;
  const message = messageOf(await answer.text().catch(() => ''));
  throw new AvatarError(
    ErrorCode.speechRequestFailed,
    `The speech-endpoint ${shown(endpoint)} answered ${answer.status}${message && `: ${message}`}`,
  );
}

/** `message` of a JSON answer; nothing of any other, which may be a page. */
function messageOf(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, MAX_MESSAGE_LENGTH) : '';
  } catch {
    return '';
  }
}

/** Without its query, which may hold a key. */
function shown(endpoint: string): string {
  return endpoint.replace(/[?#].*$/s, '');
}
