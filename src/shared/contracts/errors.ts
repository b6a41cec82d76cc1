/**
 * Every reason this package fails for, as stable strings. The first group are the documented AvatarKit codes, the
 * second the Server SDK's, the third are ours.
 */
export const ErrorCode = {
  appIDUnrecognized: 'appIDUnrecognized',
  appIDMismatch: 'appIDMismatch',
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

  avatarNotFound: 'avatarNotFound',
  billingRequired: 'billingRequired',
  creditsExhausted: 'creditsExhausted',
  sessionDurationExceeded: 'sessionDurationExceeded',
  unsupportedSampleRate: 'unsupportedSampleRate',
  invalidEgressConfig: 'invalidEgressConfig',
  egressUnavailable: 'egressUnavailable',
  idleTimeout: 'idleTimeout',
  upstreamError: 'upstreamError',
  invalidRequest: 'invalidRequest',
  connectionFailed: 'connectionFailed',
  connectionClosed: 'connectionClosed',
  protocolError: 'protocolError',
  unknown: 'unknown',

  /** A motion payload that is no valid packed or FLAME animation. */
  invalidMotionData: 'invalidMotionData',
  /** Visemes, phonemes or words with times that cannot be understood, or that reach far beyond the audio. */
  invalidTimings: 'invalidTimings',
  /** Captions that are no WebVTT, no list, or a list with something that is no cue. */
  invalidCues: 'invalidCues',
  /** The token endpoint could not be reached, refused, or answered with something that is no token. */
  tokenRequestFailed: 'tokenRequestFailed',
  /** The speech endpoint could not be reached, or refused. */
  speechRequestFailed: 'speechRequestFailed',
  /** There is no microphone, or the visitor keeps it from the page. */
  microphoneUnavailable: 'microphoneUnavailable',
  /** Picture or sound could not be recorded. */
  recordingFailed: 'recordingFailed',
  /** Not connected within the connect time-out; the conversation goes on as audio only. */
  connectTimeout: 'connectTimeout',
  /** The browser keeps the sound locked until the visitor touches the page. */
  audioBlocked: 'audioBlocked',
  /** A worker, the audio worklet or the rendering context could not be started or died. */
  workerFailed: 'workerFailed',
  renderingFailed: 'renderingFailed',
  /** An attribute, option or environment variable has a value that cannot work. */
  invalidConfiguration: 'invalidConfiguration',
  /** The operation was ended by `interrupt()`, `close()` or an `AbortSignal`. */
  aborted: 'aborted',
} as const;

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** The one error class of this package. Switch on `code`; `message` is for people and never holds a token or key. */
export class AvatarError extends Error {
  override readonly name: string = 'AvatarError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Wraps anything thrown into an `AvatarError`, which is returned as it is when it already is one. */
export function avatarErrorFrom(reason: unknown, code: ErrorCode, message?: string): AvatarError {
  if (reason instanceof AvatarError) return reason;
  const detail = reason instanceof Error ? reason.message : String(reason);
  return new AvatarError(code, message ? `${message}: ${detail}` : detail, { cause: reason });
}
