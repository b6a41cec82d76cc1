/** The settings of `AvatarSDK`: one per page, read by managers and views. */
import { Emitter } from '../shared/core/emitter.js';
import { type Configuration, pixelRatioLimit } from './configuration.js';
import type { LogLevel, RenderQuality } from './enums.js';
import { AvatarError, ErrorCode } from './errors.js';

interface SettingsEvents {
  /** How many pixels are drawn has changed. */
  resolution: void;
  /** Everything ends. */
  cleanup: void;
}

/** AvatarKit's default on native platforms. */
const DEFAULT_MAX_HEIGHT = 1440;

class SdkSettings {
  appId: string | null = null;
  configuration: Configuration | null = null;
  sessionToken: string | null = null;
  userId: string | null = null;
  isResolutionCapped = false;
  maxHeight = DEFAULT_MAX_HEIGHT;
  private quality: RenderQuality = 'ultra';
  private readonly events = new Emitter<SettingsEvents>();

  get logLevel(): LogLevel {
    return this.configuration?.logLevel ?? 'off';
  }

  /** @throws {AvatarError} `appIDUnrecognized` before `AvatarSDK.initialize()`. */
  require(): { appId: string; configuration: Configuration } {
    const { appId, configuration } = this;
    if (appId && configuration) return { appId, configuration };
    throw new AvatarError(ErrorCode.appIDUnrecognized, 'Call AvatarSDK.initialize() first.');
  }

  /** The same function for every view, so that a new token changes no connection that stands. */
  readonly requestToken = (): Promise<string> => {
    const { sessionToken } = this;
    if (sessionToken) return Promise.resolve(sessionToken);
    return Promise.reject(new AvatarError(ErrorCode.sessionTokenInvalid, 'Call AvatarSDK.setSessionToken() before start().'));
  };

  setQuality(quality: RenderQuality): void {
    this.quality = quality;
    this.events.emit('resolution', undefined);
  }

  setResolutionCap(isCapped: boolean, maxHeight: number): void {
    this.isResolutionCapped = isCapped;
    this.maxHeight = maxHeight;
    this.events.emit('resolution', undefined);
  }

  /** Device pixels per CSS pixel for a picture of so many CSS pixels' height. */
  pixelRatioFor(size: { height: number; pixelRatio: number }): number {
    const ratio = Math.min(size.pixelRatio, pixelRatioLimit(this.quality));
    return this.isResolutionCapped ? Math.min(ratio, this.maxHeight / size.height) : ratio;
  }

  cleanUp(): void {
    this.events.emit('cleanup', undefined);
    this.appId = this.configuration = this.sessionToken = this.userId = null;
    this.isResolutionCapped = false;
    this.maxHeight = DEFAULT_MAX_HEIGHT;
    this.quality = 'ultra';
  }

  on<Name extends keyof SettingsEvents>(name: Name, listener: () => void): () => void {
    return this.events.on(name, listener);
  }
}

export const sdkSettings = new SdkSettings();
