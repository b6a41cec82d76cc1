import { type AssetName, AvatarError, setAssetUrls } from 'spatius-avatar';
import { MotionEngine } from 'spatius-avatar/engine';

setAssetUrls({ baseUrl: '/spatius-avatar/', files: { 'avatars/aria.glb': new URL('https://cdn.example/aria.glb') } });
// @ts-expect-error no such file
export const name: AssetName = 'avatars/ghost.glb';

const avatar = document.querySelector('spatius-avatar')!;
avatar.avatarId = 'nia';
avatar.addEventListener('avatar-error', ({ error }) => console.log(error instanceof AvatarError && error.code));
avatar.addEventListener('avatar-playback-stall', ({ isStalled }) => isStalled);
void avatar.speak(new Blob(), { intensity: 1 });
// @ts-expect-error
avatar.mode = 'remote';

export const engine = new MotionEngine({ sampleRateHz: 16000 });
