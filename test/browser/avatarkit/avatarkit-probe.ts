/** What the AvatarKit tests share: real speech, a container, waiting. */
import { AvatarManager, AvatarSDK, AvatarView, type Configuration, setAssetUrls } from '../../../src/avatarkit/index.js';
import type { TestMotionServer } from '../../helpers/browser/motion-server.js';
import { SMALL_AVATARS } from '../../helpers/browser/small-avatars.js';
import { type Watched, watch } from './programs.js';

setAssetUrls(SMALL_AVATARS);

let speech: Promise<Int16Array<ArrayBuffer>> | null = null;

/** Recorded English, PCM of 16 kHz from its first word on. */
export async function spoken(seconds: number): Promise<Uint8Array<ArrayBuffer>> {
  speech ??= (async () => {
    const file = await (await fetch('/demo/speech/welcome-en.mp3')).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(file);
    const samples = sound.getChannelData(0);
    const first = Math.max(0, samples.findIndex((sample) => Math.abs(sample) > 0.02) - 800);
    return Int16Array.from(samples.subarray(first), (sample) => Math.max(-1, Math.min(1, sample)) * 32767);
  })();
  return new Uint8Array((await speech).slice(0, seconds * 16000).buffer);
}

export function container(width = 160, height = 160): HTMLDivElement {
  const place = document.createElement('div');
  place.style.cssText = `width: ${width}px; height: ${height}px`;
  document.body.append(place);
  return place;
}

/** An initialized SDK with a view of an avatar, watched. */
export async function open(
  server: TestMotionServer | null,
  configuration: Configuration = {},
  avatarId = 'aria',
): Promise<{ view: AvatarView; watched: Watched; place: HTMLDivElement }> {
  await AvatarSDK.initialize(server?.appId ?? 'app_test', { ...(server && { customEndpoint: server.ingressUrl }), ...configuration });
  const avatar = await AvatarManager.shared.load(avatarId);
  const place = container();
  const view = new AvatarView(avatar, place);
  return { view, watched: watch(view), place };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
