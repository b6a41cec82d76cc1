/** Lets the user's voice interrupt the avatar. Loaded with the first `interruptible` element. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Avatar } from '../avatar/avatar.js';
import { AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import { AvatarUserSpeechEvent } from './avatar-events.js';
import type { LifecycleController } from './lifecycle-controller.js';

/** The part of the element that the controller uses. */
export interface InterruptedElement extends ReactiveControllerHost, HTMLElement {
  readonly interruptible: boolean;
  readonly microphone: MediaStream | null;
  /** The character attends to the user. */
  listening: boolean;
  readonly conversationState: 'idle' | 'playing' | 'paused';
  interrupt(): void;
  tell(event: Event): void;
  handleError(error: AvatarError): void;
}

const GESTURES = ['pointerup', 'keydown'] as const;
/** The avatar's own echo would interrupt it. */
const MICROPHONE: MediaStreamConstraints = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };

export class UserSpeechController implements ReactiveController {
  private readonly host: InterruptedElement;
  private readonly lifecycle: LifecycleController;
  /** The microphone that is open or being opened. */
  private current: { microphone: MediaStream | null; avatar: Avatar | null; ending: AbortController } | null = null;
  private isSpeaking = false;

  constructor(host: InterruptedElement, lifecycle: LifecycleController) {
    this.host = host;
    this.lifecycle = lifecycle;
    host.addController(this);
    this.hostUpdated();
  }

  hostUpdated(): void {
    const {
      host,
      lifecycle: { avatar },
    } = this;
    const { microphone } = host;
    if (!host.interruptible || !host.isConnected) return this.stop();
    if (!avatar || (this.current?.avatar === avatar && this.current.microphone === microphone)) return;
    this.stop();
    const ending = new AbortController();
    this.current = { microphone, avatar, ending };
    this.listen(avatar, microphone, ending.signal).catch((reason: unknown) => {
      if (ending.signal.aborted) return;
      // Without detection the microphone need not be on.
      ending.abort();
      host.handleError(avatarErrorFrom(reason, ErrorCode.microphoneUnavailable));
    });
  }

  hostDisconnected(): void {
    // A move is a removal and an insertion at once.
    queueMicrotask(() => this.host.isConnected || this.stop());
  }

  private stop(): void {
    this.current?.ending.abort();
    this.current = null;
    this.handleVoice(false);
  }

  private async listen(avatar: Avatar, given: MediaStream | null, signal: AbortSignal): Promise<void> {
    const stream = given ?? (await ownMicrophone(signal));
    if (signal.aborted) return;
    const end = await avatar.hearUser(stream, (isSpeaking) => signal.aborted || this.handleVoice(isSpeaking));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  }

  private handleVoice(isSpeaking: boolean): void {
    if (isSpeaking === this.isSpeaking) return;
    this.isSpeaking = this.host.listening = isSpeaking;
    const event = new AvatarUserSpeechEvent(isSpeaking);
    this.host.tell(event);
    if (isSpeaking && !event.defaultPrevented && this.host.conversationState === 'playing') this.host.interrupt();
  }
}

/** Asks for it once the visitor has touched the page; ended by `signal`. @throws {AvatarError} `microphoneUnavailable`. */
async function ownMicrophone(signal: AbortSignal): Promise<MediaStream> {
  await gesture(signal);
  if (!navigator.mediaDevices)
    throw new AvatarError(ErrorCode.microphoneUnavailable, 'Browsers give the microphone to pages of https and localhost only.');
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia(MICROPHONE);
  } catch (reason) {
    throw avatarErrorFrom(reason, ErrorCode.microphoneUnavailable, 'The microphone is not available, so the user cannot interrupt');
  }
  const stop = (): void => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  return stream;
}

function gesture(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if ((navigator.userActivation as UserActivation | undefined)?.hasBeenActive) return resolve();
    for (const name of GESTURES) addEventListener(name, () => resolve(), { capture: true, passive: true, once: true, signal });
  });
}
