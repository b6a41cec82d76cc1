/** A report for bug reports and support: what this browser can do and how the avatar is doing. Holds no token. */
import type { ConnectionState, AvatarInfo } from '../workers/worker-api.js';
import type { ConversationState } from '../controller/conversation-state.js';
import type { AvatarError } from '../shared/errors.js';
import type { AvatarMode } from './avatar-options.js';
import type { AvatarStats } from './avatar-stats.js';

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
  errors: { code: string; message: string; at: string }[];
}

const MAX_ERRORS = 20;

/** Remembers the newest errors with their time. */
export class ErrorLog {
  private readonly entries: Diagnosis['errors'] = [];

  add(error: AvatarError): void {
    this.entries.push({ code: error.code, message: error.message, at: new Date().toISOString() });
    if (this.entries.length > MAX_ERRORS) this.entries.shift();
  }

  list(): Diagnosis['errors'] {
    return this.entries.map((entry) => ({ ...entry }));
  }
}

export function browserFacts(): Diagnosis['browser'] {
  return {
    userAgent: navigator.userAgent,
    isSecureContext,
    isCrossOriginIsolated: crossOriginIsolated,
    hasOffscreenCanvas: typeof OffscreenCanvas !== 'undefined' && 'transferControlToOffscreen' in HTMLCanvasElement.prototype,
    hasAudioWorklet: typeof AudioWorkletNode !== 'undefined',
    hasWebGl2: typeof WebGL2RenderingContext !== 'undefined',
  };
}
