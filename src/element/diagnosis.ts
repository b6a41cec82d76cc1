/** A report for bug reports and support: what this browser can do and how the avatar is doing. Holds no token. */
import type { ConnectionState, AvatarInfo } from '../workers/worker-api.js';
import type { ConversationState } from '../controller/conversation-state.js';
import type { AssemblyController } from './assembly-controller.js';
import { effectiveMode, type AvatarMode, type ConnectionProperties } from './avatar-options.js';
import type { AvatarStats } from './avatar-stats.js';
import type { LoggedError } from './error-log.js';

export interface Diagnosis {
  browser: {
    userAgent: string;
    isSecureContext: boolean;
    isCrossOriginIsolated: boolean;
    hasOffscreenCanvas: boolean;
    hasAudioWorklet: boolean;
    hasWebGl2: boolean;
  };
  element: {
    mode: AvatarMode;
    appId: string;
    avatarId: string | null;
    src: string | null;
    serverUrl: string | null;
    region: string | null;
    tokenSource: 'endpoint' | 'fixed' | 'function' | 'none';
    isVisible: boolean;
    width: number;
    height: number;
    pixelRatio: number;
  };
  connectionState: ConnectionState;
  conversationState: ConversationState;
  isAudioBlocked: boolean;
  /** Hz; 0 before sound was used. */
  outputRateHz: number;
  isRenderingOnPage: boolean;
  /** Null before an avatar is shown. */
  avatar: AvatarInfo | null;
  stats: AvatarStats | null;
  /** The newest errors, oldest first. */
  errors: LoggedError[];
}

function browserFacts(): Diagnosis['browser'] {
  return {
    userAgent: navigator.userAgent,
    isSecureContext,
    isCrossOriginIsolated: crossOriginIsolated,
    hasOffscreenCanvas: typeof OffscreenCanvas !== 'undefined' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype,
    hasAudioWorklet: typeof AudioWorkletNode !== 'undefined',
    hasWebGl2: typeof WebGL2RenderingContext !== 'undefined',
  };
}

/** What is asked of the element. */
export interface DiagnosedElement extends ConnectionProperties {
  readonly src: string | null;
  readonly connectionState: ConnectionState;
  readonly conversationState: ConversationState;
  readonly isAudioBlocked: boolean;
  stats(): Promise<AvatarStats>;
}

export async function diagnose(
  element: DiagnosedElement,
  { assembly, avatar, size, visibility }: AssemblyController,
  errors: LoggedError[],
): Promise<Diagnosis> {
  const { appId, avatarId, src, serverUrl, region, connectionState, conversationState, isAudioBlocked } = element;
  const { width = 0, height = 0, pixelRatio = 1 } = size.size ?? {};
  const tokenSource = element.requestToken ? 'function' : element.tokenEndpoint ? 'endpoint' : element.sessionToken ? 'fixed' : 'none';
  const mode = effectiveMode(element);
  const { isVisible } = visibility;
  return {
    browser: browserFacts(),
    element: { mode, appId, avatarId, src, serverUrl, region, tokenSource, isVisible, width, height, pixelRatio },
    connectionState,
    conversationState,
    isAudioBlocked,
    outputRateHz: assembly?.outputRateHz ?? 0,
    isRenderingOnPage: assembly?.isRenderingOnPage ?? false,
    avatar,
    stats: await element.stats().catch(() => null),
    errors,
  };
}
