/**
 * `spatius-avatar/avatarkit`: AvatarKit's documented programming interface over this package's core. An app written for
 * AvatarKit Web changes one import. Safe to import where there is no DOM.
 */

export { type AssetUrls, setAssetUrls } from '../assets/asset-choice.js';
export { Avatar, type LoadProgressInfo } from './avatar.js';
export { AvatarController, type PlaybackAudio } from './avatar-controller.js';
export { AvatarManager, type LoadProgressCallback } from './avatar-manager.js';
export { AvatarSDK, AvatarSDK as AvatarKit } from './avatar-sdk.js';
export { AvatarView, type AvatarViewOptions } from './avatar-view.js';
export type { AudioFormat, Configuration } from './configuration.js';
export type { DeviceScore } from './device-facts.js';
export * from './enums.js';
export { ConversationState as AvatarState } from './enums.js';
export { AvatarError, ErrorCode } from './errors.js';
export type { FrameRateInfo } from './frame-rate-monitor.js';
export type { AvatarTransform, AvatarTransform as Transform, CameraConfig } from './picture-frame.js';
