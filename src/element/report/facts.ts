/** The facts of a diagnosis: what this browser can do, how the element is set up and how the avatar is doing. Contains no token. */

import type { ConversationState } from '../../avatar/conversations/conversation-state.js';
import { type GraphicsFacts, graphicsFacts } from '../../avatar/graphics-facts.js';
import { pageLog } from '../../avatar/page-log.js';
import type { AvatarMode } from '../../shared/contracts/avatar-mode.js';
import type { ConnectionState } from '../../shared/contracts/connection-state.js';
import type { AvatarInfo, Renderer } from '../../shared/contracts/stage.js';
import { type ConnectionProperties, effectiveMode } from '../connection-attributes.js';
import type { LifecycleController } from '../lifecycle-controller.js';
import type { AvatarStats } from './avatar-stats.js';
import type { LoggedError } from './error-log.js';

export interface DiagnosisFacts {
  browser: {
    userAgent: string;
    isSecureContext: boolean;
    isCrossOriginIsolated: boolean;
    hasOffscreenCanvas: boolean;
    hasAudioWorklet: boolean;
  };
  graphics: GraphicsFacts;
  element: {
    mode: AvatarMode;
    appId: string;
    avatarId: string | null;
    src: string | null;
    serverUrl: string | null;
    region: string | null;
    tokenSource: 'endpoint' | 'fixed' | 'function' | 'none';
    fallback: 'audio' | 'local';
    intensity: number;
    isMuted: boolean;
    volume: number;
    isVisible: boolean;
    width: number;
    height: number;
    pixelRatio: number;
  };
  connectionState: ConnectionState;
  conversationState: ConversationState;
  isAudioBlocked: boolean;
  /** Why nothing is heard of the live source, while nothing but zeros come from it; null otherwise. */
  liveSilence: string | null;
  /** Hz; 0 before sound was used. */
  outputRateHz: number;
  isRenderingOnPage: boolean;
  isSpeakingOnPage: boolean;
  /** The `renderer` asked for, and why WebGL draws instead of WebGPU if it does. The renderer in use is in `stats`. */
  renderer: { wanted: Renderer | 'auto'; note: string | null };
  /** Null before an avatar is shown. */
  avatar: AvatarInfo | null;
  stats: AvatarStats | null;
  /** The newest errors, oldest first. */
  errors: LoggedError[];
  /** The newest lines of the page's log, of all threads and avatars, oldest first. Warnings and errors are kept at every log level. */
  log: string[];
}

function browserFacts(): DiagnosisFacts['browser'] {
  return {
    userAgent: navigator.userAgent,
    isSecureContext,
    isCrossOriginIsolated: crossOriginIsolated,
    hasOffscreenCanvas: typeof OffscreenCanvas !== 'undefined' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype,
    hasAudioWorklet: typeof AudioWorkletNode !== 'undefined',
  };
}

/** The part of the element that the report reads. */
export interface DiagnosedElement extends ConnectionProperties {
  readonly src: string | null;
  readonly renderer: Renderer | 'auto';
  readonly connectionState: ConnectionState;
  readonly conversationState: ConversationState;
  readonly isAudioBlocked: boolean;
  readonly muted: boolean;
  readonly volume: number;
  stats(): Promise<AvatarStats>;
}

export async function gatherFacts(
  element: DiagnosedElement,
  { avatar, shown, size, visibility, rendererNote }: LifecycleController,
  errors: LoggedError[],
): Promise<DiagnosisFacts> {
  const {
    appId,
    avatarId,
    src,
    serverUrl,
    region,
    fallback,
    intensity,
    muted: isMuted,
    volume,
    connectionState,
    conversationState,
    isAudioBlocked,
  } = element;
  const { width = 0, height = 0, pixelRatio = 1 } = size.size ?? {};
  const tokenSource = element.requestToken ? 'function' : element.tokenEndpoint ? 'endpoint' : element.sessionToken ? 'fixed' : 'none';
  const mode = effectiveMode(element);
  const { isVisible } = visibility;
  return {
    browser: browserFacts(),
    graphics: graphicsFacts(),
    element: {
      mode,
      appId,
      avatarId,
      src,
      serverUrl,
      region,
      tokenSource,
      fallback,
      intensity,
      isMuted,
      volume,
      isVisible,
      width,
      height,
      pixelRatio,
    },
    connectionState,
    conversationState,
    isAudioBlocked,
    liveSilence: avatar?.speech.liveSilence ?? null,
    outputRateHz: avatar?.outputRateHz ?? 0,
    renderer: { wanted: element.renderer, note: rendererNote },
    isRenderingOnPage: avatar?.isRenderingOnPage ?? false,
    isSpeakingOnPage: avatar?.isSpeakingOnPage ?? false,
    avatar: shown,
    stats: await element.stats().catch(() => null),
    errors,
    log: pageLog().lines(),
  };
}
