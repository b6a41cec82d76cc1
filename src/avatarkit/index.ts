/**
 * `spatius-avatar/avatarkit`: AvatarKit's documented programming interface over this package's core. An app written for
 * AvatarKit Web changes one import. Safe to import where there is no DOM.
 */
export { AvatarSDK, AvatarSDK as AvatarKit } from './avatar-sdk.js';
export { AvatarManager, type LoadProgressCallback } from './avatar-manager.js';
export { AvatarView, type AvatarViewOptions } from './avatar-view.js';
export { AvatarController, type PlaybackAudio } from './avatar-controller.js';
export { Avatar, type LoadProgressInfo } from './avatar.js';
export { AvatarError, ErrorCode } from './errors.js';
export * from './enums.js';
export { ConversationState as AvatarState } from './enums.js';
export type { AudioFormat, Configuration } from './configuration.js';
export type { AvatarTransform, AvatarTransform as Transform, CameraConfig } from './picture-frame.js';
export type { DeviceScore } from './device-score.js';
export type { FrameRateInfo } from './frame-rate-monitor.js';
export { setAssetUrls, type AssetUrls } from '../assets/asset-choice.js';
