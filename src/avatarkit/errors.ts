/** The errors of this entry: one class, and AvatarKit's documented codes and no others. */
import { avatarErrorFrom, ErrorCode as CoreCode, AvatarError as CoreError } from '../shared/contracts/errors.js';

export const ErrorCode = {
  appIDUnrecognized: 'appIDUnrecognized',
  sessionTokenInvalid: 'sessionTokenInvalid',
  sessionTokenExpired: 'sessionTokenExpired',
  insufficientBalance: 'insufficientBalance',
  concurrentLimitExceeded: 'concurrentLimitExceeded',
  avatarIDUnrecognized: 'avatarIDUnrecognized',
  failedToFetchAvatarMetadata: 'failedToFetchAvatarMetadata',
  invalidAvatarMetadata: 'invalidAvatarMetadata',
  failedToDownloadAvatarAssets: 'failedToDownloadAvatarAssets',
  unsupportedAvatarAsset: 'unsupportedAvatarAsset',
  websocketError: 'websocketError',
  websocketClosedAbnormally: 'websocketClosedAbnormally',
  websocketClosedUnexpected: 'websocketClosedUnexpected',
  sessionTimeout: 'sessionTimeout',
  connectionInProgress: 'connectionInProgress',
  networkLayerNotAvailable: 'networkLayerNotAvailable',
  playbackStartFailed: 'playbackStartFailed',
  playbackInitFailed: 'playbackInitFailed',
  audioOnlyInitFailed: 'audioOnlyInitFailed',
  noAudio: 'noAudio',
  invalidAudioInput: 'invalidAudioInput',
  audioContextNotInitialized: 'audioContextNotInitialized',
  animationPlayerNotInitialized: 'animationPlayerNotInitialized',
  serverError: 'serverError',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Switch on `code`; `message` is for people. `cause` is the core's error where its own code said more. */
export class AvatarError extends CoreError {
  declare readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}

/** Codes of the core that AvatarKit knows under another name. Any further one is a `serverError`. */
const DOCUMENTED: Readonly<Partial<Record<CoreCode, ErrorCode>>> = {
  appIDMismatch: 'sessionTokenInvalid',
  tokenRequestFailed: 'sessionTokenInvalid',
  billingRequired: 'insufficientBalance',
  creditsExhausted: 'insufficientBalance',
  sessionDurationExceeded: 'sessionTimeout',
  idleTimeout: 'sessionTimeout',
  avatarNotFound: 'avatarIDUnrecognized',
  connectionFailed: 'websocketError',
  connectionClosed: 'websocketError',
  connectTimeout: 'websocketError',
  invalidConfiguration: 'networkLayerNotAvailable',
  unsupportedSampleRate: 'invalidAudioInput',
  invalidTimings: 'invalidAudioInput',
  audioBlocked: 'audioContextNotInitialized',
  workerFailed: 'animationPlayerNotInitialized',
  renderingFailed: 'animationPlayerNotInitialized',
};

/** Anything thrown, as an error with a documented code. */
export function documentedError(reason: unknown): AvatarError {
  if (reason instanceof AvatarError) return reason;
  const error = avatarErrorFrom(reason, CoreCode.unknown);
  const code = error.code in ErrorCode ? (error.code as ErrorCode) : (DOCUMENTED[error.code] ?? ErrorCode.serverError);
  return new AvatarError(code, error.message, { cause: error });
}
