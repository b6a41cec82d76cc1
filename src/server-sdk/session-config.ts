/** Options of a session, their validation, and the configuration message made from them. */
import { createMessage, encodeMessage } from '../motion/protocol/envelope.js';
import { EgressType, AudioFormat as WireAudioFormat } from '../motion/protocol/generated/message_pb.js';
import { AvatarError, ErrorCode } from '../shared/contracts/errors.js';
import { DEFAULT_SAMPLE_RATE_HZ } from '../shared/samples/sample-rates.js';
import { type EndpointOptions, endpointsFrom } from './endpoints.js';
import type { RequestTiming } from './request-timing.js';
import type { AvatarSDKError } from './sdk-error.js';

/** `pcm_s16le`: raw signed 16-bit little-endian mono. `ogg_opus`: one logical Ogg Opus stream per request, mono. */
export type AudioFormat = 'pcm_s16le' | 'ogg_opus';

/** The Motion Server joins a LiveKit room and plays sound and motion there. */
export interface LiveKitEgressConfig {
  url: string;
  /** A participant's token for the room. */
  apiToken?: string;
  /** @deprecated Use `apiToken`: do not send an API key to another server. */
  apiKey?: string;
  /** @deprecated Use `apiToken`. */
  apiSecret?: string;
  roomName: string;
  /** Identity in the room. */
  publisherId: string;
  extraAttributes?: Record<string, string>;
  /** Seconds; 0 is the server's default. */
  idleTimeout?: number;
}

/** The Motion Server joins an Agora channel and plays sound and motion there. */
export interface AgoraEgressConfig {
  channelName: string;
  token?: string;
  /** 0 lets Agora choose. */
  uid?: number;
  publisherId?: string;
}

/** PCM is encoded here; needs `audioFormat: 'ogg_opus'`. */
export interface OggOpusEncoderConfig {
  /** Default 20. */
  frameDurationMs?: 10 | 20 | 40 | 60;
  /** Tuning of the encoder. Default `voip`: speech. */
  application?: 'voip' | 'audio' | 'restricted_lowdelay';
}

export interface AvatarSessionConfig extends EndpointOptions {
  appId: string;
  avatarId: string;
  /** Secret; sent to the console only. Not needed with `sessionToken`. */
  apiKey?: string;
  /** A Session Token, or a function that returns one. */
  sessionToken?: string | (() => Promise<string>);
  /** When Session Tokens expire; at most 24 h away. Default: an hour from each request. */
  expireAt?: Date;
  /** Puts app id and token into the query of the WebSocket's URL instead of headers. Default false. */
  useQueryAuth?: boolean;
  /** Rate of the audio given to the session, Hz. Default 16000. The server decides which rates it accepts. */
  sampleRate?: number;
  /** bit/s, for an encoder; 0 lets it choose. */
  bitrate?: number;
  /** Default `pcm_s16le`. */
  audioFormat?: AudioFormat;
  oggOpusEncoder?: OggOpusEncoderConfig;
  /** Receives the whole Ogg Opus stream of each request at its end. Audio is retained only if this is set. */
  onEncodedAudio?: (reqId: string, audio: Uint8Array) => void;
  livekitEgress?: LiveKitEgressConfig;
  agoraEgress?: AgoraEgressConfig;
  extraParams?: Record<string, string>;
  /** Time for each of token, upgrade and handshake, ms. Default 10,000. */
  timeoutMs?: number;
  /** Interval of pings on a silent connection, ms; one that does not answer before the next counts as lost. Default 20,000; 0 sends none. */
  livenessIntervalMs?: number;
  /** Longest message taken from the server, bytes. Default 16 MiB. */
  maxMessageBytes?: number;
  /** Motion of `speak()` that was not read yet, bytes; above it no more audio is sent. Default 1 MiB. */
  maxBufferedBytes?: number;
  /**
   * Receives the motion of requests made by `sendAudio`, in order: one whole binary `Message` per call, unchanged. Not
   * called with an egress. Its exceptions are ignored.
   */
  transportFrames?: (envelope: Uint8Array, isLast: boolean) => void;
  /** Receives failures that belong to no promise or iteration. Its exceptions are ignored. */
  onError?: (error: AvatarSDKError | AvatarError) => void;
  /** Called once, when the session has ended for any reason. */
  onClose?: () => void;
  /** Receives the measurements of each request, with its last motion. */
  onRequestEnd?: (timing: RequestTiming) => void;
}

type PublicName =
  | 'appId'
  | 'avatarId'
  | 'useQueryAuth'
  | 'sampleRate'
  | 'bitrate'
  | 'audioFormat'
  | 'timeoutMs'
  | 'livenessIntervalMs'
  | 'maxMessageBytes'
  | 'maxBufferedBytes';

/** A session's configuration without secrets and callbacks. */
export type PublicSessionConfig = Readonly<
  Required<Pick<AvatarSessionConfig, PublicName>> & {
    region: string | null;
    consoleEndpointUrl: string | null;
    ingressEndpointUrl: string | null;
    oggOpusEncoder: Readonly<Required<OggOpusEncoderConfig>> | null;
    egress: 'livekit' | 'agora' | null;
    extraParams: Readonly<Record<string, string>>;
  }
>;

const OPUS_RATES = [8000, 12000, 16000, 24000, 48000];
const MAX_TTL_MS = 24 * 3600 * 1000;

/** @throws {AvatarError} `invalidConfiguration`, with the name of what cannot work. */
export function publicConfigFrom(config: AvatarSessionConfig): PublicSessionConfig {
  const invalid = (message: string): AvatarError => new AvatarError(ErrorCode.invalidConfiguration, message);
  if (!config.appId) throw invalid('appId is missing');
  if (!config.avatarId) throw invalid('avatarId is missing');
  if (!config.apiKey && !config.sessionToken) throw invalid('apiKey or sessionToken is missing');
  const endpoints = endpointsFrom(config);
  if (!endpoints.consoleUrl && endpoints.region !== 'auto' && !config.sessionToken) {
    throw invalid('consoleEndpointUrl, serverUrl or region is missing: where to request Session Tokens');
  }
  if (!endpoints.ingressUrl && endpoints.region !== 'auto') {
    throw invalid('ingressEndpointUrl, serverUrl or region is missing: where the Motion Server is');
  }
  if (config.expireAt && !isSoon(config.expireAt)) throw invalid('expireAt must be a time within the next 24 hours');
  if (config.livekitEgress && config.agoraEgress) throw invalid('only one of livekitEgress and agoraEgress can be set');
  const audioFormat = config.audioFormat ?? 'pcm_s16le';
  if (audioFormat !== 'pcm_s16le' && audioFormat !== 'ogg_opus') {
    throw invalid(`audioFormat is neither pcm_s16le nor ogg_opus: ${String(audioFormat)}`);
  }
  const numbers = {
    sampleRate: config.sampleRate ?? DEFAULT_SAMPLE_RATE_HZ,
    bitrate: config.bitrate ?? 0,
    timeoutMs: config.timeoutMs ?? 10_000,
    livenessIntervalMs: config.livenessIntervalMs ?? 20_000,
    maxMessageBytes: config.maxMessageBytes ?? 16 * 1024 * 1024,
    maxBufferedBytes: config.maxBufferedBytes ?? 1024 * 1024,
  };
  for (const [name, value] of Object.entries(numbers)) {
    const isZeroMeant = name === 'bitrate' || name === 'livenessIntervalMs';
    if (!Number.isInteger(value) || value < (isZeroMeant ? 0 : 1) || value > 2 ** 31 - 1) {
      throw invalid(`${name} must be a positive whole number, not ${value}`);
    }
  }
  for (const [name, value] of Object.entries(config.extraParams ?? {})) {
    if (typeof value !== 'string') throw invalid(`extraParams.${name} must be a string`);
  }
  return Object.freeze({
    appId: config.appId,
    avatarId: config.avatarId,
    useQueryAuth: config.useQueryAuth ?? false,
    ...numbers,
    audioFormat,
    region: endpoints.region,
    consoleEndpointUrl: endpoints.consoleUrl,
    ingressEndpointUrl: endpoints.ingressUrl,
    oggOpusEncoder: encoderFrom(config, audioFormat, numbers.sampleRate, numbers.bitrate),
    egress: config.livekitEgress ? 'livekit' : config.agoraEgress ? 'agora' : null,
    extraParams: Object.freeze({ ...config.extraParams }),
  });
}

function isSoon(time: Date): boolean {
  const inMs = time.getTime() - Date.now();
  return inMs > 0 && inMs <= MAX_TTL_MS;
}

function encoderFrom({ oggOpusEncoder }: AvatarSessionConfig, audioFormat: AudioFormat, sampleRate: number, bitrate: number) {
  if (!oggOpusEncoder) return null;
  const { frameDurationMs = 20, application = 'voip' } = oggOpusEncoder;
  const fault =
    (audioFormat !== 'ogg_opus' && "oggOpusEncoder needs audioFormat: 'ogg_opus'") ||
    (!OPUS_RATES.includes(sampleRate) && `the Opus encoder takes ${OPUS_RATES.join(', ')} Hz, not ${sampleRate}`) ||
    (![10, 20, 40, 60].includes(frameDurationMs) && `frameDurationMs must be 10, 20, 40 or 60, not ${String(frameDurationMs)}`) ||
    (!['voip', 'audio', 'restricted_lowdelay'].includes(application) && `unknown Opus application: ${String(application)}`) ||
    (bitrate !== 0 && (bitrate < 500 || bitrate > 512_000) && `the Opus bitrate must be 0 or 500 to 512000, not ${bitrate}`);
  if (fault) throw new AvatarError(ErrorCode.invalidConfiguration, fault);
  return Object.freeze({ frameDurationMs, application });
}

/** The first message of a connection, `ClientConfigureSession`. */
export function configureMessage(config: AvatarSessionConfig, known: PublicSessionConfig): Uint8Array {
  const { livekitEgress, agoraEgress } = config;
  return encodeMessage(
    createMessage({
      case: 'clientConfigureSession',
      value: {
        sampleRate: known.sampleRate,
        bitrate: known.bitrate,
        audioFormat: known.audioFormat === 'ogg_opus' ? WireAudioFormat.OGG_OPUS : WireAudioFormat.PCM_S16LE,
        extraParams: known.extraParams,
        ...(livekitEgress && { egressType: EgressType.LIVEKIT, livekitEgress: { ...livekitEgress } }),
        ...(agoraEgress && { egressType: EgressType.AGORA, agoraEgress: { ...agoraEgress } }),
      },
    }),
  );
}
