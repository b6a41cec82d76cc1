/** A controller's hold on its session: made at first use, pointed to another source when options change. */
import { AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { Session, SessionStats } from '../../shared/contracts/session.js';
import {
  isPageSource,
  type PageSourceOptions,
  type SourceOptions,
  type WorkerSourceOptions,
} from '../../shared/contracts/source-options.js';
import type { SpeechSession } from '../../shared/contracts/speech-session.js';

export interface SessionOpeners {
  openSession(source: WorkerSourceOptions): Promise<SpeechSession>;
  openPageSession(source: PageSourceOptions): Promise<Session>;
}

export class SessionLink {
  private readonly openers: SessionOpeners;
  private readonly source: () => Promise<SourceOptions>;
  private readonly handleFailure: (error: AvatarError) => void;
  /** The present session, or the attempt to make it. */
  private session: Promise<Session> | null = null;
  /** The motion worker's session once there is one. It outlives unusable options and sessions of the page. */
  private worker: SpeechSession | null = null;
  /** The session of a source that runs on the page: each source has its own. */
  private page: Session | null = null;
  private isSourceStale = false;

  /**
   * @param source The source by the present options; may reject.
   * @param handleFailure Called once for each session that could not be made and that no caller waits for.
   */
  constructor(openers: SessionOpeners, source: () => Promise<SourceOptions>, handleFailure: (error: AvatarError) => void) {
    this.openers = openers;
    this.source = source;
    this.handleFailure = handleFailure;
  }

  /** The session with the present source. A failure is forgotten: the next use tries again. */
  get(): Promise<Session> {
    if (this.session && !this.isSourceStale) return this.session;
    this.isSourceStale = false;
    const session = this.prepare(this.session);
    this.session = session;
    session.catch(() => {
      if (this.session === session) this.session = null;
    });
    return session;
  }

  /** Like `get`, for what only a session that takes speech can do. @throws {AvatarError} `networkLayerNotAvailable` where the source brings its own. */
  async speech(): Promise<SpeechSession> {
    if ((await this.get()) === this.worker) return this.worker;
    throw noSpeechError();
  }

  /** The motion worker's session, for speech whose motion is made here: also beside a session of the page. */
  async live(): Promise<SpeechSession> {
    await this.get();
    return this.worker ?? this.openWorker({ kind: 'engine' });
  }

  /** The next use takes the source of the then present options. */
  markSourceStale(): void {
    this.isSourceStale = true;
  }

  /**
   * Calls the session that takes speech, in order; makes one when there is none.
   *
   * @param handleFailed Called when it cannot be made, also for callers that come after the failure was reported.
   */
  send(call: (session: SpeechSession) => void, handleFailed?: (error: AvatarError) => void): void {
    const isNew = this.session === null;
    const fail = (error: AvatarError, isReported: boolean): void => {
      if (!isReported) this.handleFailure(error);
      handleFailed?.(error);
    };
    this.get().then(
      (session) => (session === this.worker ? call(this.worker) : fail(noSpeechError(), false)),
      (reason: unknown) => fail(avatarErrorFrom(reason, ErrorCode.workerFailed), !isNew),
    );
  }

  /** Calls the present session, in order; does nothing where there is none. */
  sendToExisting(call: (session: Session) => void): void {
    this.session?.then(call, () => undefined);
  }

  /** Calls the motion worker's session, in order, also while a session of the page is the present one. */
  sendToWorker(call: (session: SpeechSession) => void): void {
    this.session?.then(
      () => this.worker && call(this.worker),
      () => this.worker && call(this.worker),
    );
  }

  /** Null where there is no session; none is made. @param isLive Of the speech of `live()`. */
  async stats(isLive: boolean): Promise<SessionStats | null> {
    return ((isLive ? null : this.page) ?? this.worker)?.stats() ?? null;
  }

  /** The session died with its worker. */
  forget(): void {
    this.session = this.worker = null;
    this.leavePage();
  }

  dispose(): void {
    const { session, worker, page } = this;
    worker?.dispose();
    page?.dispose();
    // One that is still being made would live on unused.
    session?.then(
      (made) => made === worker || made === page || made.dispose(),
      () => undefined,
    );
    this.session = this.worker = this.page = null;
  }

  private async prepare(before: Promise<Session> | null): Promise<Session> {
    // The callers of the one before know why it failed.
    await before?.catch(() => undefined);
    const source = await this.source();
    this.leavePage();
    if (isPageSource(source)) return (this.page = await this.openers.openPageSession(source));
    if (this.worker) this.worker.setSource(source);
    return this.worker ?? this.openWorker(source);
  }

  private async openWorker(source: WorkerSourceOptions): Promise<SpeechSession> {
    return (this.worker = await this.openers.openSession(source));
  }

  private leavePage(): void {
    this.page?.dispose();
    this.page = null;
  }
}

function noSpeechError(): AvatarError {
  return new AvatarError(
    ErrorCode.networkLayerNotAvailable,
    'In livekit mode speech comes from the room: send() and speak() have nothing to do here.',
  );
}
