/** Registers `<spatius-avatar>`. Safe to import where there is no DOM: nothing is registered there. */
import { SpatiusAvatar } from './element/spatius-avatar.js';

export { type AssetUrls, setAssetUrls } from './assets/asset-choice.js';
export type { AssetName } from './assets/asset-urls.js';
export { setChannelNames } from './avatar/channel-names.js';
export type { Interruption } from './avatar/conversations/interruption.js';
export type { SpeechSource } from './avatar/speech-parts.js';
export * from './element/avatar-events.js';
export type { CaptionCue, CaptionSource, SpeakOptions } from './element/captions/caption-cue.js';
export type { AvatarStrings } from './element/english.js';
export type { CaptureOptions, RecordOptions } from './element/recording/capture.js';
export type { AvatarStats } from './element/report/avatar-stats.js';
export type { Diagnosis } from './element/report/diagnosis.js';
export type { Finding } from './element/report/findings.js';
export { setStrings } from './element/set-strings.js';
export type { SayOptions } from './element/speech-queue.js';
export type { AvatarMode } from './shared/contracts/avatar-mode.js';
export type { ChannelNames, ChannelTarget } from './shared/contracts/channel-names.js';
export { AvatarError, ErrorCode } from './shared/contracts/errors.js';
export { MOODS as moods, type Mood } from './shared/contracts/life-settings.js';
export { SpatiusAvatar };

// A page that loads the script twice keeps the first definition.
if (typeof customElements !== 'undefined' && !customElements.get('spatius-avatar')) {
  customElements.define('spatius-avatar', SpatiusAvatar);
}
