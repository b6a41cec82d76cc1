/**
 * Keeps one worker for all its users: starts it at the first use, ends it with the last, and reports its death.
 *
 * A worker of another origin is forbidden, and what goes instead depends on the page's policy: a Blob worker that
 * imports the file (needs the origin in `worker-src`), or one that holds the code (needs `blob:` alone). They are tried in
 * that order. Firefox reports a refused worker only by an `error` event, so a worker counts as started when it has
 * answered once.
 */
import { type Remote, releaseProxy, wrap } from 'comlink';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { Lazy } from '../shared/core/lazy.js';
import { installErrorTransfer } from './error-transfer.js';
import { watchHeartbeat } from './heartbeat.js';
import { startInlineWorker, startWorker, takeEarlyWorker } from './start-worker.js';
import { followThreadLog } from './thread-log.js';

/** Where a worker's code is; `asset()` gives it. */
export interface WorkerFile {
  /** Null when there is no file, only the code. */
  readonly url: URL | null;
  /** A URL that the page may import it from. */
  locate(): Promise<string>;
  /** The code. */
  readText(): Promise<string>;
}

/** ms; the file may have to come over a slow line. */
const START_TIMEOUT_MS = 30_000;

/** A live worker. */
export class WorkerConnection<Service> {
  readonly remote: Remote<Service>;
  private readonly worker: Worker;
  private readonly deathListeners = new Set<(error: AvatarError) => void>();
  private readonly name: string;
  private readonly forgetLog: () => void;
  private death: AvatarError | null = null;
  private stopWatching: (() => void) | null = null;

  constructor(worker: Worker, name: string) {
    this.worker = worker;
    this.name = name;
    this.remote = wrap<Service>(worker);
    this.forgetLog = followThreadLog(worker);
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      const words = event.message ? `: ${event.message}` : '; is it blocked by the Content Security Policy?';
      this.end(new AvatarError(ErrorCode.workerFailed, `The ${name} worker failed${words}`));
    });
    worker.addEventListener('messageerror', () => {
      this.end(new AvatarError(ErrorCode.workerFailed, `A message of the ${name} worker could not be read.`));
    });
  }

  get isDead(): boolean {
    return this.death !== null;
  }

  /** From now on the worker is ended when it does not answer for so long, ms: a script that never ends stops all that it does. */
  watch(limitMs: number): void {
    if (this.death) return;
    this.stopWatching?.();
    const handleSilence = (): void =>
      this.end(new AvatarError(ErrorCode.workerFailed, `The ${this.name} worker did not answer for ${limitMs} ms.`));
    this.stopWatching = watchHeartbeat(this.worker, limitMs, handleSilence);
  }

  /** Settles like `answer`, but rejects when the worker dies first. comlink alone would leave the caller waiting. */
  guard<Value>(answer: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const forget = this.onDeath(reject);
      answer.then(resolve, reject).finally(forget);
    });
  }

  /** Calls back when the worker dies, or at once when it has; the returned function removes the listener. */
  onDeath(listener: (error: AvatarError) => void): () => void {
    if (this.death) listener(this.death);
    else this.deathListeners.add(listener);
    return () => void this.deathListeners.delete(listener);
  }

  end(error: AvatarError): void {
    if (this.death) return;
    this.death = error;
    this.forgetLog();
    this.stopWatching?.();
    // comlink keeps the worker for as long as this proxy lives, and the worker's listeners keep the proxy.
    this.remote[releaseProxy]();
    this.worker.terminate();
    const listeners = [...this.deathListeners];
    this.deathListeners.clear();
    for (const listener of listeners) listener(error);
  }
}

export class WorkerHost<Service> {
  private readonly name: string;
  private readonly file: WorkerFile;
  private readonly onPage: (() => Promise<Worker>) | undefined;
  private readonly connection = new Lazy(() => this.start());
  private _isOnPage = false;

  /**
   * @param name For messages and the developer tools.
   * @param onPage What takes the worker's place where none can be started.
   */
  constructor(name: string, file: WorkerFile, onPage?: () => Promise<Worker>) {
    this.name = name;
    this.file = file;
    this.onPage = onPage;
  }

  /** No worker could be started, and the page does its work. */
  get isOnPage(): boolean {
    return this._isOnPage;
  }

  /** The worker, started when there is none. @throws {AvatarError} `workerFailed` when no way of starting it worked. */
  connect(): Promise<WorkerConnection<Service>> {
    const isNew = this.connection.current === null;
    const attempt = this.connection.get();
    const forget = (): void => {
      if (this.connection.current === attempt) this.connection.reset();
    };
    // A failed attempt is reported to the caller.
    if (isNew) attempt.then((connection) => connection.onDeath(forget)).catch(() => undefined);
    return attempt;
  }

  /** Watches the worker, if there is one: see `WorkerConnection.watch`. */
  watch(limitMs: number): void {
    // Without a worker `connect()` has rejected.
    this.connection.current?.then(
      (connection) => connection.watch(limitMs),
      () => undefined,
    );
  }

  /** Ends the worker; pending calls reject. */
  end(): void {
    const { current } = this.connection;
    this.connection.reset();
    current?.then(
      (connection) => connection.end(new AvatarError(ErrorCode.aborted, `The ${this.name} worker was ended.`)),
      () => undefined, // There is none to end; `connect()` has rejected.
    );
  }

  private async start(): Promise<WorkerConnection<Service>> {
    installErrorTransfer();
    const { name } = this;
    let failure: unknown;
    for (const way of this.ways()) {
      try {
        const connection = new WorkerConnection<Service>(await way(), name);
        await this.answered(connection);
        this._isOnPage = way === this.onPage;
        return connection;
      } catch (reason) {
        failure ??= reason;
      }
    }
    const detail = failure instanceof Error ? failure.message : String(failure);
    throw new AvatarError(ErrorCode.workerFailed, `The ${name} worker could not be started: ${detail}`, { cause: failure });
  }

  private ways(): (() => Worker | Promise<Worker>)[] {
    const { name, file } = this;
    const { url } = file;
    const inline = async () => startInlineWorker(await file.readText(), name);
    const last = this.onPage ? [this.onPage] : [];
    if (!url) return [inline, ...last];
    const early = takeEarlyWorker(url);
    const fromFile = () => startWorker(url, name);
    const isOwnOrigin = url.origin === origin || url.protocol === 'blob:';
    return [...(early ? [() => early] : []), fromFile, ...(isOwnOrigin ? [] : [inline]), ...last];
  }

  private async answered(connection: WorkerConnection<Service>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new AvatarError(ErrorCode.workerFailed, `no answer within ${START_TIMEOUT_MS} ms`);
        connection.end(error);
        reject(error);
      }, START_TIMEOUT_MS);
    });
    // Reading any property is a round trip.
    const probe = (connection.remote as unknown as { name: Promise<unknown> }).name;
    try {
      await Promise.race([connection.guard(Promise.resolve(probe)), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}
