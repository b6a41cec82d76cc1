import { type AssetName, AvatarError, type SpeechSource, setAssetUrls } from 'spatius-avatar';
import { MotionEngine } from 'spatius-avatar/engine';

setAssetUrls({ baseUrl: '/spatius-avatar/', files: { 'avatars/aria.glb': new URL('https://cdn.example/aria.glb') } });
// @ts-expect-error no such file
export const name: AssetName = 'avatars/ghost.glb';

const avatar = document.querySelector('spatius-avatar')!;
avatar.avatarId = 'nia';
avatar.addEventListener('avatar-error', ({ error }) => console.log(error instanceof AvatarError && error.code));
avatar.addEventListener('avatar-playback-stall', ({ isStalled }) => isStalled);
void avatar.speak(new Blob(), { intensity: 1 });
const sources: SpeechSource[] = ['/hello.mp3', new URL('https://a.example/b.wav'), new Response(), new Float32Array(1), new Uint8Array(1)];
for (const source of sources) void avatar.speak(source);
void avatar.speak(fetch('/speech').then(({ body }) => body!));
void avatar.speak(new MediaStream());
// @ts-expect-error a number is no audio
void avatar.speak(42);
// @ts-expect-error neither is nothing
void avatar.speak(undefined);
// @ts-expect-error nor what is not known to be audio
void avatar.speak({} as unknown);
// @ts-expect-error a misspelt option
void avatar.speak('/hello.mp3', { volume: 1 });
// @ts-expect-error
void avatar.say(42);
// @ts-expect-error
void avatar.send('text');
// @ts-expect-error
avatar.mode = 'remote';

export const engine = new MotionEngine({ sampleRateHz: 16000 });
