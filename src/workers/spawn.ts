/**
 * The two workers as services of the page, whose objects are called like local ones.
 *
 * All elements of the page share them; they end with the last. Where the render worker cannot be started, or cannot draw, the same
 * service runs on the page behind the same interface.
 */
import { proxy, type Remote, transfer } from 'comlink';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import type { SessionListener } from '../shared/contracts/session.js';
import type { MotionService, SpeechSession } from '../shared/contracts/speech-session.js';
import type { RenderService, Stage, StageListener, StageOptions } from '../shared/contracts/stage.js';
import { Lazy } from '../shared/core/lazy.js';
import { type Methods, remote } from './remote.js';
import { remoteSession } from './remote-session.js';
import { type WorkerConnection, type WorkerFile, WorkerHost } from './worker-host.js';

/** Where the workers are. */
export interface WorkerFiles {
  readonly motion: WorkerFile;
  readonly render: WorkerFile;
  /** The render worker where WebGPU draws; loaded only when it is asked for. */
  readonly renderGpu: WorkerFile;
}

/** A share in the page's workers. */
export interface AvatarWorkers {
  readonly motion: MotionService;
  /** Starts the motion worker now, so that its first session need not wait for the file. */
  startMotion(): void;
  /** `createStage` takes the page's canvas and moves it to the worker itself when one draws. */
  readonly render: RenderService;
  /** Ends the render workers from now on when one does not answer for so long, ms: for files that may stop it. */
  watchRender(limitMs: number): void;
  /** True once the page draws, since no worker can. */
  readonly isRenderingOnPage: boolean;
  /** True once the page computes motion and feeds the sound, since no worker can. */
  readonly isSpeakingOnPage: boolean;
  /** Why WebGL draws where WebGPU was asked for; null otherwise. */
  readonly gpuObstacle: string | null;
  /** Gives the share back; the workers end with the last one. */
  release(): void;
}

interface Pool {
  readonly motion: WorkerHost<MotionService>;
  readonly render: WorkerHost<RenderService & { canDraw?: boolean }>;
  readonly renderGpu: WorkerHost<RenderService & { canDraw?: boolean }>;
  /** The service on the page, where no worker can draw. */
  readonly pageRender: Lazy<RenderService>;
  shares: number;
}

const pools = new Map<string, Pool>();

export function acquireWorkers(files: WorkerFiles): AvatarWorkers {
  const key = `${files.motion.url?.href ?? ''} ${files.render.url?.href ?? ''}`;
  let pool = pools.get(key);
  if (!pool) pools.set(key, (pool = createPool(files)));
  pool.shares++;
  return new WorkerShare(pool, () => pools.delete(key));
}

function createPool({ motion, render, renderGpu }: WorkerFiles): Pool {
  return {
    motion: new WorkerHost('motion', motion, async () => (await import('./page-speech.js')).motionOfPage(motion)),
    render: new WorkerHost('render', render),
    renderGpu: new WorkerHost('render-webgpu', renderGpu),
    pageRender: new Lazy(async () => (await import('./page-render.js')).renderServiceOfPage(render)),
    shares: 0,
  };
}

class WorkerShare implements AvatarWorkers {
  readonly motion: MotionService = { createSession: (...session) => this.createSession(...session) };
  readonly render: RenderService = { createStage: (options, listener) => this.createStage(options, listener) };
  private readonly pool: Pool;
  private readonly forgetPool: () => void;
  private isReleased = false;
  private _gpuObstacle: string | null = null;

  constructor(pool: Pool, forgetPool: () => void) {
    this.pool = pool;
    this.forgetPool = forgetPool;
  }

  get isRenderingOnPage(): boolean {
    return this.pool.pageRender.current !== null;
  }

  get isSpeakingOnPage(): boolean {
    return this.pool.motion.isOnPage;
  }

  get gpuObstacle(): string | null {
    return this._gpuObstacle;
  }

  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    if (--this.pool.shares > 0) return;
    this.pool.motion.end();
    this.pool.render.end();
    this.pool.renderGpu.end();
    this.forgetPool();
  }

  watchRender(limitMs: number): void {
    this.pool.render.watch(limitMs);
    this.pool.renderGpu.watch(limitMs);
  }

  startMotion(): void {
    // The session that needs it reports why it cannot be started.
    if (!this.isReleased) this.pool.motion.connect().catch(() => undefined);
  }

  private async createSession(...[options, listener, readMouthModel]: Parameters<MotionService['createSession']>): Promise<SpeechSession> {
    this.requireShare();
    const connection = await this.pool.motion.connect();
    const session = await connection.guard(
      connection.remote.createSession(
        transfer(options, [options.playbackPort, options.stagePort]),
        proxy(listener) as SessionListener,
        proxy(readMouthModel),
      ),
    );
    return remoteSession(connection as unknown as WorkerConnection<never>, session as unknown as Remote<SpeechSession>, listener);
  }

  private async createStage(options: StageOptions, listener: StageListener): Promise<Stage> {
    this.requireShare();
    const connection = (options.renderer === 'webgpu' && (await this.gpuWorker())) || (await this.drawingWorker());
    if (!connection) {
      return (await this.pool.pageRender.get()).createStage(options, listener);
    }
    const canvas = offscreenCanvas(options.canvas);
    const stage = await connection.guard(
      connection.remote.createStage(
        transfer({ ...options, canvas }, [canvas, options.playheadPort, options.motionPort]),
        proxy(listener) as StageListener,
      ),
    );
    return remote(connection as unknown as WorkerConnection<never>, stage as unknown as Remote<Stage>, listener, STAGE_METHODS);
  }

  /** The render worker where WebGPU draws, or null when there is none here. */
  private async gpuWorker(): Promise<WorkerConnection<RenderService> | null> {
    const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<object | null> } };
    this._gpuObstacle = null;
    try {
      // Asked first: the file is large, and most who have no adapter need not load it to know.
      if (!gpu) this._gpuObstacle = 'This browser has no WebGPU.';
      else if (!(await gpu.requestAdapter())) this._gpuObstacle = 'WebGPU has no adapter here.';
      if (this._gpuObstacle !== null) return null;
      const connection = await this.pool.renderGpu.connect();
      if (await connection.guard(Promise.resolve(connection.remote.canDraw)))
        return connection as unknown as WorkerConnection<RenderService>;
      this._gpuObstacle = 'WebGPU gave no device.';
    } catch (reason) {
      this._gpuObstacle = reason instanceof Error ? reason.message : String(reason);
    }
    return null;
  }

  /** The render worker, or null when it cannot be started or has no WebGL2. */
  private async drawingWorker(): Promise<WorkerConnection<RenderService> | null> {
    if (this.pool.pageRender.current || typeof HTMLCanvasElement.prototype.transferControlToOffscreen !== 'function') return null;
    try {
      const connection = await this.pool.render.connect();
      const canDraw = await connection.guard(Promise.resolve(connection.remote.canDraw));
      return canDraw === false ? null : (connection as unknown as WorkerConnection<RenderService>);
    } catch {
      return null;
    }
  }

  private requireShare(): void {
    if (this.isReleased) throw new AvatarError(ErrorCode.aborted, 'The workers were released.');
  }
}

function offscreenCanvas(canvas: StageOptions['canvas']): OffscreenCanvas {
  return canvas instanceof HTMLCanvasElement ? canvas.transferControlToOffscreen() : (canvas as OffscreenCanvas);
}

const STAGE_METHODS: Methods<Stage> = {
  load: 'ask',
  resize: 'send',
  setVisible: 'send',
  configure: 'send',
  setPose: 'send',
  setOutputLatency: 'send',
  addSource: (playheadPort, motionPort) => [playheadPort, motionPort],
  handOver: 'ask',
  takeOver: ({ ports }) => ports,
  toBlob: 'ask',
  stats: 'ask',
  setTracing: 'send',
  takeTrace: 'ask',
  dispose: 'end',
};
