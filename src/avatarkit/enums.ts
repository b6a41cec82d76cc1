/**
 * AvatarKit's closed sets, with their documented strings. Names that were renamed stay beside the new ones; what is
 * reported is always the new one.
 */

/** Where motion comes from. `sdk` and `host` are the names of `direct` and `backend` before 1.1. */
export const DrivingServiceMode = { direct: 'direct', backend: 'backend', rtc: 'rtc', sdk: 'sdk', host: 'host' } as const;
export type DrivingServiceMode = (typeof DrivingServiceMode)[keyof typeof DrivingServiceMode];

/** The region before 1.0; see `regionOfEnvironment`. */
export const Environment = { cn: 'cn', intl: 'intl', us: 'us', test: 'test' } as const;
export type Environment = (typeof Environment)[keyof typeof Environment];

/** How many pixels are drawn: see `pixelRatioLimit`. */
export const RenderQuality = { standard: 'standard', high: 'high', ultra: 'ultra' } as const;
export type RenderQuality = (typeof RenderQuality)[keyof typeof RenderQuality];

/** What is written to the console. */
export const LogLevel = { off: 'off', error: 'error', warning: 'warning', all: 'all' } as const;
export type LogLevel = (typeof LogLevel)[keyof typeof LogLevel];

/** When motion is late: sound goes on, or waits for it. */
export const FrameStarvationMode = { audioIndependent: 'audioIndependent', strictSync: 'strictSync' } as const;
export type FrameStarvationMode = (typeof FrameStarvationMode)[keyof typeof FrameStarvationMode];

/** What moves the face: idle motion, or motion of speech. */
export const AnimationType = { idle: 'idle', mono: 'mono' } as const;
export type AnimationType = (typeof AnimationType)[keyof typeof AnimationType];

/** The connection to the Motion Server, in direct mode. */
export const ConnectionState = {
  disconnected: 'disconnected',
  connecting: 'connecting',
  connected: 'connected',
  failed: 'failed',
} as const;
export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];

/** State of playback. `pausing` is the name of `paused` before 1.0: comparing with either works. */
export const ConversationState = { idle: 'idle', playing: 'playing', paused: 'paused', pausing: 'paused' } as const;
export type ConversationState = (typeof ConversationState)[keyof typeof ConversationState];

/** Why a state was entered: the second argument of the state callbacks. */
export const StateChangeReason = {
  userAction: 'userAction',
  playbackEnd: 'playbackEnd',
  networkError: 'networkError',
  serverError: 'serverError',
  fallbackMode: 'fallbackMode',
} as const;
export type StateChangeReason = (typeof StateChangeReason)[keyof typeof StateChangeReason];
