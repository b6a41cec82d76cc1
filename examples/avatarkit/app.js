// Written as in AvatarKit's documentation. Only the import differs: it was '@spatius/avatarkit'.
import {
  AvatarManager,
  AvatarSDK,
  AvatarView,
  ConnectionState,
  ConversationState,
  DrivingServiceMode,
  LogLevel,
} from 'spatius-avatar/avatarkit';

const SPEECH = '/speech.mp3';
const SAMPLE_RATE = 16000;
const find = (id) => document.getElementById(id);

await AvatarSDK.initialize('app_demo', {
  drivingServiceMode: DrivingServiceMode.direct,
  logLevel: LogLevel.warning,
  audioFormat: { channelCount: 1, sampleRate: SAMPLE_RATE },
});

const avatar = await AvatarManager.shared.load('aria', (info) => {
  find('progress').value = info.progress ?? 0;
});

const view = new AvatarView(avatar, find('avatar'));
const { controller } = view;
view.onFirstRendering = () => {
  find('progress').hidden = true;
  find('connect').disabled = false;
};

controller.onConnectionState = (state) => {
  find('connection').textContent = state;
  find('speak').disabled = state !== ConnectionState.connected;
  find('connect').disabled = state === ConnectionState.connecting || state === ConnectionState.connected;
};
controller.onConversationState = (state) => {
  find('conversation').textContent = state;
  find('pause').disabled = find('interrupt').disabled = state === ConversationState.idle;
  find('pause').textContent = state === ConversationState.paused ? 'Resume' : 'Pause';
};
controller.onError = (error) => {
  find('error').textContent = `${error.code}: ${error.message}`;
};

find('connect').onclick = async () => {
  find('error').textContent = '';
  // In the click handler: browsers allow audio to start only in a user gesture.
  await controller.initializeAudioContext();
  const { sessionToken } = await (await fetch('/api/session-token', { method: 'POST' })).json();
  AvatarSDK.setSessionToken(sessionToken);
  await controller.start();
};

find('speak').onclick = async () => {
  const pcm = await pcmOf(SPEECH);
  // Like a speech service: chunks that arrive faster than real time, then the end.
  for (let at = 0; at < pcm.byteLength; at += 4096) controller.send(pcm.slice(at, at + 4096), false);
  controller.send(new ArrayBuffer(0), true);
};

find('pause').onclick = () => (controller.conversationState === ConversationState.paused ? controller.resume() : controller.pause());
find('interrupt').onclick = () => controller.interrupt();

/** Decodes to signed 16-bit mono. */
async function pcmOf(url) {
  const file = await (await fetch(url)).arrayBuffer();
  const sound = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(file);
  return Int16Array.from(sound.getChannelData(0), (sample) => Math.max(-1, Math.min(1, sample)) * 32767).buffer;
}
