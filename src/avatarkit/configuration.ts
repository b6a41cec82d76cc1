/** The app's configuration, its checks, and the avatar options it stands for. */
import type { AvatarOptions } from '../avatar/avatar-options.js';
import { isRegionName } from '../shared/contracts/region-hosts.js';
import { isPcmSampleRate, PCM_SAMPLE_RATES } from '../shared/samples/sample-rates.js';
import { DrivingServiceMode, Environment, LogLevel, RenderQuality } from './enums.js';
import { AvatarError, ErrorCode } from './errors.js';

export interface AudioFormat {
  /** Mono. */
  readonly channelCount: 1;
  /** Hz of raw PCM: 8000, 16000, 22050, 24000, 32000, 44100 or 48000. */
  readonly sampleRate: number;
  /** `pcm`: signed 16 bits, little-endian. `opus`: Ogg Opus cut anywhere, or one bare packet per call. */
  readonly inputAudioFormat?: 'pcm' | 'opus';
  /** Accepted and without effect: speech goes upstream as PCM of at most 16 kHz. */
  readonly opusUplinkEnabled?: boolean;
  /** Accepted and without effect, as `opusUplinkEnabled`. */
  readonly opusBitrate?: number;
}

export interface Configuration {
  /** Region of a Spatius Motion Server, such as `us-west`. Without it and `customEndpoint`: the page's own origin. */
  readonly region?: string;
  /** `direct` by default. */
  readonly drivingServiceMode?: DrivingServiceMode;
  /** `off` by default. */
  readonly logLevel?: LogLevel;
  /** Mono PCM of 16 kHz by default. */
  readonly audioFormat?: AudioFormat;
  /** URL of a Motion Server, `ws(s)` or `http(s)`, absolute or relative to the page. Wins over `region`. */
  readonly customEndpoint?: string;
  /** `ultra` by default. */
  readonly renderQuality?: RenderQuality;
  /** The region before 1.0. */
  readonly environment?: Environment;
  /** Accepted and without effect: see `avatarUrls`. */
  readonly characterApiBaseUrl?: string;
  /** Own: avatar files (GLB, VRM, …) of ids that are no built-in ones, absolute or relative to the page. */
  readonly avatarUrls?: Readonly<Record<string, string | URL>>;
}

export const DEFAULT_AUDIO_FORMAT: AudioFormat = { channelCount: 1, sampleRate: 16_000 };

/** @throws {AvatarError} for what cannot work: `networkLayerNotAvailable`, `invalidAudioInput`. */
export function checkConfiguration(configuration: Configuration): void {
  const { region, drivingServiceMode, logLevel, renderQuality, environment, audioFormat } = configuration;
  const check = (name: string, value: string | undefined, allowed: Readonly<Record<string, string>>): void => {
    if (value === undefined || Object.values(allowed).includes(value)) return;
    throw new AvatarError(ErrorCode.networkLayerNotAvailable, `${name} is not known: ${value}`);
  };
  check('drivingServiceMode', drivingServiceMode, DrivingServiceMode);
  check('logLevel', logLevel, LogLevel);
  check('renderQuality', renderQuality, RenderQuality);
  check('environment', environment, Environment);
  if (region !== undefined && !isRegionName(region)) {
    throw new AvatarError(ErrorCode.networkLayerNotAvailable, `region is no region name: ${region}`);
  }
  if (audioFormat) checkAudioFormat(audioFormat);
}

/** @throws {AvatarError} `invalidAudioInput`. */
export function checkAudioFormat({ channelCount, sampleRate, inputAudioFormat = 'pcm' }: AudioFormat): void {
  const words =
    channelCount !== 1
      ? 'audioFormat.channelCount must be 1'
      : !isPcmSampleRate(sampleRate)
        ? `audioFormat.sampleRate must be one of ${PCM_SAMPLE_RATES.join(', ')}`
        : inputAudioFormat !== 'pcm' && inputAudioFormat !== 'opus'
          ? 'audioFormat.inputAudioFormat must be "pcm" or "opus"'
          : null;
  if (words) throw new AvatarError(ErrorCode.invalidAudioInput, words);
}

/** The mode by its present name. */
export function presentMode(mode: DrivingServiceMode | undefined): 'direct' | 'backend' | 'rtc' {
  if (mode === 'sdk' || mode === undefined) return 'direct';
  return mode === 'host' ? 'backend' : mode;
}

/** `test` was the vendor's own: it names no public place, so the page's origin answers. */
function regionOfEnvironment(environment: Environment | undefined): string | null {
  if (environment === 'cn') return 'cn-beijing';
  return environment === 'intl' || environment === 'us' ? 'us-west' : null;
}

/** Where a Motion Server is asked: a URL, a region, or with neither the page's own origin. */
export function motionServerOf(configuration: Configuration): Pick<AvatarOptions, 'serverUrl' | 'region'> {
  const { customEndpoint, region, environment } = configuration;
  if (customEndpoint) return { serverUrl: customEndpoint, region: null };
  return { serverUrl: null, region: region ?? regionOfEnvironment(environment) };
}

/** Device pixels per CSS pixel that a quality draws at most. */
export function pixelRatioLimit(quality: RenderQuality): number {
  return { standard: 1, high: 1.5, ultra: 2 }[quality];
}
