/**
 * Programs as AvatarKit's documentation teaches them, in our own words and with one import changed. That they compile
 * under strict types is one half of the test; `avatarkit.test.ts` runs them.
 */
import {
  type AnimationType,
  type Avatar,
  type AvatarController,
  AvatarError,
  AvatarManager,
  AvatarSDK,
  AvatarView,
  type Configuration,
  ConnectionState,
  type ConversationState,
  DrivingServiceMode,
  Environment,
  type ErrorCode,
  FrameStarvationMode,
  type LoadProgressInfo,
  LogLevel,
  RenderQuality,
} from '../../../src/avatarkit/index.js';

/** Everything that 1.3 can be configured with. */
export async function initializeWithEverything(appId: string, customEndpoint: string): Promise<void> {
  await AvatarSDK.initialize(appId, {
    region: 'us-west',
    customEndpoint,
    drivingServiceMode: DrivingServiceMode.direct,
    logLevel: LogLevel.off,
    renderQuality: RenderQuality.ultra,
    audioFormat: { channelCount: 1, sampleRate: 16000 },
  });
  AvatarSDK.setUserId('user-123');
  AvatarSDK.setRenderQuality(RenderQuality.high);
  AvatarSDK.setRenderResolutionCap(true, 1080);
}

/** As before 1.0. */
export async function initializeAsInTheBetas(appId: string, token: string): Promise<void> {
  await AvatarSDK.initialize(appId, { environment: Environment.intl, drivingServiceMode: DrivingServiceMode.sdk, logLevel: LogLevel.off });
  AvatarSDK.setSessionToken(token);
}

export async function loadWithProgress(id: string, tell: (words: string) => void): Promise<Avatar> {
  return AvatarManager.shared.load(id, (info: LoadProgressInfo) => {
    switch (info.type) {
      case 'downloading':
        tell(`${Math.round((info.progress ?? 0) * 100)} %`);
        break;
      case 'completed':
        tell('done');
        break;
      case 'failed':
        tell(`failed: ${info.error?.message}`);
        break;
    }
  });
}

/** What an app keeps of one avatar, with every callback there is. */
export interface Watched {
  connection: ConnectionState;
  conversation: ConversationState;
  animation: AnimationType | null;
  isStalled: boolean;
  isRendered: boolean;
  framesPerSecond: number | null;
  told: string[];
}

export function watch(view: AvatarView): Watched {
  const watched: Watched = {
    connection: 'disconnected' as ConnectionState,
    conversation: 'idle' as ConversationState,
    animation: null,
    isStalled: false,
    isRendered: false,
    framesPerSecond: null,
    told: [],
  };
  const controller: AvatarController = view.controller;
  view.onFirstRendering = () => {
    watched.isRendered = true;
  };
  controller.onConnectionState = (state: ConnectionState) => {
    watched.connection = state;
    watched.told.push(state);
  };
  controller.onConversationState = (state: ConversationState) => {
    watched.conversation = state;
    watched.told.push(state);
  };
  controller.onError = (error: Error) => {
    watched.told.push(error instanceof AvatarError ? error.code : error.message);
  };
  controller.onAnimationState = (type: AnimationType) => {
    watched.animation = type;
    watched.told.push(`animation ${type}`);
  };
  controller.onPlaybackStall = (stalled: boolean) => {
    watched.isStalled = stalled;
    watched.told.push(`stalled ${stalled}`);
  };
  controller.frameRateMonitorEnabled = true;
  controller.onFrameRateInfo = (info) => {
    watched.framesPerSecond = Number.isFinite(info.fps) ? Math.round(info.fps) : null;
  };
  return watched;
}

/** The handler comes after `start()`: it still hears. */
export async function connect(controller: AvatarController): Promise<void> {
  await controller.start();
  await new Promise<void>((resolve, reject) => {
    controller.onConnectionState = (state) => {
      if (state === ConnectionState.connected) resolve();
      else if (state === ConnectionState.failed) reject(new Error('Connection failed'));
    };
  });
}

export async function reasonOfRefusal(controller: AvatarController): Promise<ErrorCode | null> {
  try {
    await controller.start();
    return null;
  } catch (error) {
    if (error instanceof AvatarError) return error.code;
    throw error;
  }
}

/** Exhaustive by type: a code more or less than documented does not compile. */
export const WORDS: Record<ErrorCode, string> = {
  appIDUnrecognized: 'app',
  sessionTokenInvalid: 'token',
  sessionTokenExpired: 'token',
  insufficientBalance: 'account',
  concurrentLimitExceeded: 'account',
  avatarIDUnrecognized: 'avatar',
  failedToFetchAvatarMetadata: 'avatar',
  invalidAvatarMetadata: 'avatar',
  failedToDownloadAvatarAssets: 'avatar',
  unsupportedAvatarAsset: 'avatar',
  websocketError: 'network',
  websocketClosedAbnormally: 'network',
  websocketClosedUnexpected: 'network',
  sessionTimeout: 'account',
  connectionInProgress: 'order',
  networkLayerNotAvailable: 'order',
  playbackStartFailed: 'sound',
  playbackInitFailed: 'sound',
  audioOnlyInitFailed: 'sound',
  noAudio: 'sound',
  invalidAudioInput: 'sound',
  audioContextNotInitialized: 'order',
  animationPlayerNotInitialized: 'order',
  serverError: 'server',
};

export const STATES: Record<ConnectionState, string> & Record<ConversationState, string> = {
  disconnected: 'off',
  connecting: '…',
  connected: 'on',
  failed: 'no',
  idle: 'quiet',
  playing: 'speaks',
  paused: 'held',
};

export function frameIt(view: AvatarView): void {
  view.avatarTransform = { x: 0.1, y: -0.05, scale: 1.2 };
  view.transform = { ...view.avatarTransform, scale: 1 };
  const camera = view.getCameraConfig();
  if (camera) view.updateCameraConfig({ ...camera, fov: 35 });
  const rect = view.getBoundingRect();
  if (rect) void [rect.x, rect.y, rect.width, rect.height, view.renderSize.width];
}

export async function takePicture(view: AvatarView): Promise<Blob | null> {
  view.resumeRendering();
  return view.isRenderingEnabled() ? view.exportBitmap() : null;
}

/** One round that a backend brings. */
export function yieldRound(
  controller: AvatarController,
  audio: Uint8Array,
  motion: (Uint8Array | ArrayBuffer)[],
): { id: string | null; isEnded: boolean } {
  const conversationId = controller.yieldAudioData(audio, true);
  const isEnded = controller.yieldFramesData(motion, conversationId);
  return { id: conversationId, isEnded };
}

/** Another avatar in the same place. */
export async function change(view: AvatarView, id: string, container: HTMLElement): Promise<AvatarView> {
  view.dispose();
  const avatar = await AvatarManager.shared.load(id);
  const next = new AvatarView(avatar, container);
  await next.controller.initializeAudioContext();
  await next.controller.start();
  return next;
}

/** An app's class around it all. */
export class AvatarApp {
  private avatarView: AvatarView | null = null;

  async init(
    appId: string,
    sessionToken: string,
    avatarId: string,
    container: HTMLElement,
    configuration: Configuration = {},
  ): Promise<void> {
    await AvatarSDK.initialize(appId, configuration);
    AvatarSDK.setSessionToken(sessionToken);
    const avatar = await AvatarManager.shared.load(avatarId);
    if (!avatar) throw new Error('There is no avatar');
    this.avatarView = new AvatarView(avatar, container);
    this.avatarView.controller.frameStarvationMode = FrameStarvationMode.strictSync;
  }

  get view(): AvatarView | null {
    return this.avatarView;
  }

  async start(): Promise<void> {
    await this.avatarView?.controller.initializeAudioContext();
    await this.avatarView?.controller.start();
  }

  send(audioData: ArrayBuffer, isEnd: boolean): void {
    this.avatarView?.controller.send(audioData, isEnd);
  }

  interrupt(): void {
    this.avatarView?.controller.interrupt();
  }

  dispose(): void {
    this.avatarView?.controller.close();
    this.avatarView?.dispose();
    this.avatarView = null;
  }
}
