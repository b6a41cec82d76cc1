/** A controller's hold on its motion session: made at first use, pointed to another source when options change. */
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../../shared/contracts/errors.js';
import type { MotionSession, MotionSessionStats } from '../../shared/contracts/motion-session.js';
import type { MotionSource, RoomSource } from '../../shared/contracts/motion-source.js';

export class SessionLink {
  private readonly open: (source: MotionSource | RoomSource) => Promise<MotionSession>;
  private readonly source: () => Promise<MotionSource | RoomSource>;
  private readonly handleFailure: (error: AvatarError) => void;
  /** What the next use waits for. */
  private session: Promise<MotionSession> | null = null;
  /** The motion worker's session once there is one. It outlives options that cannot work, and rooms. */
  private worker: MotionSession | null = null;
  /** A room's session: each room has one of its own. */
  private room: MotionSession | null = null;
  private isSourceStale = false;

  /**
   * @param source The source by the present options; may reject.
   * @param handleFailure Hears once of each session that could not be had and that nobody waits for.
   */
  constructor(
    open: (source: MotionSource | RoomSource) => Promise<MotionSession>,
    source: () => Promise<MotionSource | RoomSource>,
    handleFailure: (error: AvatarError) => void,
  ) {
    this.open = open;
    this.source = source;
    this.handleFailure = handleFailure;
  }

  /** The session with the present source. A failure is forgotten: the next use tries again. */
  get(): Promise<MotionSession> {
    if (this.session && !this.isSourceStale) return this.session;
    this.isSourceStale = false;
    const session = this.prepare(this.session);
    this.session = session;
    session.catch(() => {
      if (this.session === session) this.session = null;
    });
    return session;
  }

  /** The next use takes the source of the then present options. */
  markSourceStale(): void {
    this.isSourceStale = true;
  }

  /**
   * Says something to the session, in order; makes one when there is none.
   *
   * @param handleUnsaid Called when there can be none, also by those that the failure is no news to.
   */
  tell(say: (session: MotionSession) => void, handleUnsaid?: (error: AvatarError) => void): void {
    const isNew = this.session === null;
    this.get().then(say, (reason: unknown) => {
      const error = avatarErrorFrom(reason, ErrorCode.workerFailed);
      if (isNew) this.handleFailure(error);
      handleUnsaid?.(error);
    });
  }

  /** Like `tell`, but nothing is said where there is no session. */
  tellExisting(say: (session: MotionSession) => void): void {
    this.session?.then(say, () => undefined);
  }

  /** Null where there is no session: asking makes none. */
  async stats(): Promise<MotionSessionStats | null> {
    return (this.room ?? this.worker)?.stats() ?? null;
  }

  /** The session died with its worker. */
  forget(): void {
    this.session = this.worker = null;
    this.leaveRoom();
  }

  dispose(): void {
    const { session, worker, room } = this;
    worker?.dispose();
    room?.dispose();
    // One that is still being made would live on: a room, joined for nobody.
    session?.then(
      (made) => made === worker || made === room || made.dispose(),
      () => undefined,
    );
    this.session = this.worker = this.room = null;
  }

  private async prepare(before: Promise<MotionSession> | null): Promise<MotionSession> {
    // Whoever asked for the one before has heard why it failed.
    await before?.catch(() => undefined);
    const source = await this.source();
    this.leaveRoom();
    if (source.kind === 'livekit') return (this.room = await this.open(source));
    if (this.worker) this.worker.setSource(source);
    else this.worker = await this.open(source);
    return this.worker;
  }

  private leaveRoom(): void {
    this.room?.dispose();
    this.room = null;
  }
}
