import { type Configuration, checkConfiguration } from './configuration.js';
import type { DeviceScore } from './device-facts.js';
import { RenderQuality } from './enums.js';
import { AvatarError, ErrorCode } from './errors.js';
import { logWarning } from './log.js';
import { sdkSettings } from './sdk-settings.js';
import { VERSION } from './version.js';

/** The page's configuration, under AvatarKit's documented names. Makes no network request. */
export class AvatarSDK {
  static get isInitialized(): boolean {
    return sdkSettings.configuration !== null;
  }

  static get appId(): string | null {
    return sdkSettings.appId;
  }

  static get configuration(): Configuration | null {
    return sdkSettings.configuration;
  }

  static get sessionToken(): string | null {
    return sdkSettings.sessionToken;
  }

  static get userId(): string | null {
    return sdkSettings.userId;
  }

  static get version(): string {
    return VERSION;
  }

  static get renderResolutionCapEnabled(): boolean {
    return sdkSettings.isResolutionCapped;
  }

  /** Device pixels. */
  static get renderResolutionMaxHeight(): number {
    return sdkSettings.maxHeight;
  }

  /**
   * To be called before anything else. Called again it replaces the configuration: views that exist take it up with
   * their next `start()`.
   *
   * @throws {AvatarError} `appIDUnrecognized` for an empty id; `networkLayerNotAvailable` and `invalidAudioInput` for values
   *   that cannot work.
   */
  static async initialize(appId: string, configuration: Configuration = {}): Promise<void> {
    if (typeof appId !== 'string' || appId.trim() === '') {
      throw new AvatarError(ErrorCode.appIDUnrecognized, 'AvatarSDK.initialize() needs an App ID.');
    }
    checkConfiguration(configuration);
    sdkSettings.appId = appId;
    sdkSettings.configuration = configuration;
    sdkSettings.setQuality(configuration.renderQuality ?? RenderQuality.ultra);
    if (configuration.characterApiBaseUrl) logWarning('characterApiBaseUrl has no effect: name avatar files in avatarUrls.');
  }

  /** For direct mode, before or after `initialize()`; counts from the next connection. */
  static setSessionToken(token: string): void {
    sdkSettings.sessionToken = token;
  }

  /** Kept and sent nowhere: there is no telemetry. */
  static setUserId(userId: string): void {
    sdkSettings.userId = userId;
  }

  /** Counts at once, for all views. */
  static setRenderQuality(quality: RenderQuality): void {
    checkConfiguration({ renderQuality: quality });
    sdkSettings.setQuality(quality);
  }

  /**
   * Limits the height of what is drawn, for all views and at once; the size on the page stays.
   *
   * @param maxHeight Device pixels, > 0.
   */
  static setRenderResolutionCap(enabled: boolean, maxHeight = sdkSettings.maxHeight): void {
    if (!(maxHeight > 0)) throw new AvatarError(ErrorCode.animationPlayerNotInitialized, 'maxHeight must be above 0.');
    sdkSettings.setResolutionCap(enabled, maxHeight);
  }

  /** Facts about processor and GPU, see `DeviceScore`. */
  static async deviceScore(): Promise<DeviceScore> {
    return (await import('./device-facts.js')).deviceScore();
  }

  /** Whether this browser has what an avatar needs: WebGL 2, workers, AudioWorklet. */
  static async isDeviceSupported(): Promise<boolean> {
    return (await import('./device-facts.js')).isDeviceSupported();
  }

  /** Disposes of all views, clears the cache and resets all settings. */
  static cleanup(): void {
    sdkSettings.cleanUp();
  }
}
