import { type Remote, releaseProxy } from 'comlink';
import { type AvatarError, avatarErrorFrom, ErrorCode } from '../shared/contracts/errors.js';
import type { WorkerConnection } from './worker-host.js';

/** Calls of an object in a worker: answers reject when the worker dies, and what nobody waits for fails as an event. */
export class RemoteObject<Service extends object> {
  protected readonly remote: Remote<Service>;
  private readonly connection: WorkerConnection<never>;
  private readonly forgetDeath: () => void;
  private isReleased = false;

  constructor(connection: object, remote: Remote<Service>, listener: { handleError(error: AvatarError): void }) {
    this.connection = connection as WorkerConnection<never>;
    this.remote = remote;
    this.listener = listener;
    this.forgetDeath = this.connection.onDeath((error) => {
      if (!this.isReleased && error.code !== ErrorCode.aborted) listener.handleError(error);
    });
  }

  private readonly listener: { handleError(error: AvatarError): void };

  protected ask<Value>(answer: Promise<Value>): Promise<Value> {
    return this.connection.guard(answer);
  }

  protected tell(say: () => Promise<unknown>): void {
    if (this.isReleased || this.connection.isDead) return;
    say().catch((reason: unknown) => this.listener.handleError(avatarErrorFrom(reason, ErrorCode.workerFailed)));
  }

  protected release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.forgetDeath();
    if (!this.connection.isDead) this.remote[releaseProxy]();
  }
}
