/** The demo page: plain modules around one `<spatius-avatar>`. */
import { Recorder } from './microphone.js';
import { connectGaze, connectMoods } from './moods.js';
import { isAvatarFile, OwnAvatar } from './own-avatar.js';
import { showFigures } from './readout.js';
import { loadSamples, showSamples } from './samples.js';
import { connectTheme } from './theme.js';

const byId = (id) => document.getElementById(id);
const avatar = byId('avatar');
const message = byId('message');

await customElements.whenDefined('spatius-avatar');

const [config, samples] = await Promise.all([loadConfig(), loadSamples()]);
showSamples(byId('samples'), samples);
showFigures(avatar);

/** Configuration from the Motion Server that serves this page; null on any other server. */
async function loadConfig() {
  try {
    const response = await fetch('/api/config');
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

// ---- gallery ---------------------------------------------------------------------------------------------------------

const faces = [...document.querySelectorAll('input[name=avatar]')];
const chosenFace = () => faces.find(({ checked }) => checked)?.value;
const own = new OwnAvatar(avatar, byId('avatar-report'));

function showOwn(file) {
  for (const face of faces) face.checked = false;
  own.show(file);
  showSnippet(avatar.mode);
}

for (const face of faces) {
  face.addEventListener('change', () => {
    own.forget();
    avatar.avatarId = chosenFace();
    showSnippet(avatar.mode);
  });
}

byId('avatar-file').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  if (file) showOwn(file);
  target.value = '';
});

// ---- view ------------------------------------------------------------------------------------------------------------

for (const view of document.querySelectorAll('input[name=view]')) {
  view.addEventListener('change', () => (avatar.view = view.value));
}

// ---- mood and gaze ---------------------------------------------------------------------------------------------------

connectMoods(avatar, byId('mood-chips'), byId('mood-intensity'));
connectGaze(avatar, document.querySelectorAll('input[name=gaze]'));

// ---- mode ------------------------------------------------------------------------------------------------------------

const modes = [...document.querySelectorAll('input[name=mode]')];

function applyMode(mode) {
  message.textContent = '';
  if (mode === 'direct') {
    avatar.appId = config.appId;
    avatar.tokenEndpoint = config.tokenEndpoint;
    avatar.serverUrl = config.serverUrl;
  }
  avatar.mode = mode;
  showSnippet(mode);
  // Attributes take effect with the element's next update; errors are reported by an event.
  void avatar.updateComplete.then(() => avatar.start()).catch(() => undefined);
}

function showSnippet(mode) {
  const face = chosenFace();
  const id = face === 'aria' ? '' : face ? `\n  avatar-id="${face}"` : `\n  src="${own.name.replace(/[&"<]/g, '')}"`;
  const attributes = mode === 'direct' ? `\n  app-id="${config.appId}"\n  token-endpoint="${config.tokenEndpoint}"` : '\n  mode="local"';
  byId('code').textContent = [
    `<script type="module" src="/dist/spatius-avatar.min.js"></${'script'}>`,
    '',
    `<spatius-avatar id="avatar"${id}${attributes}></spatius-avatar>`,
    '',
    `<button onclick="avatar.speak('hello.mp3')">Speak</button>`,
  ].join('\n');
}

if (!config) {
  modes.find(({ value }) => value === 'direct').disabled = true;
  modes.find(({ value }) => value === 'local').checked = true;
}
for (const mode of modes) mode.addEventListener('change', () => applyMode(mode.value));
applyMode(modes.find(({ checked }) => checked).value);

// ---- speech ----------------------------------------------------------------------------------------------------------

/** Plays speech and shows its errors. */
async function say(source, options = {}) {
  message.textContent = '';
  try {
    await avatar.speak(source, options);
  } catch (error) {
    if (error.code !== 'aborted') message.textContent = error.message;
  }
}

byId('speak').addEventListener('click', () => {
  const chosen = document.querySelector('input[name=sample]:checked');
  const sample = samples[Number(chosen?.value ?? 0)];
  if (sample) void say(sample.url, { cues: sample.cues, lang: sample.language });
  else message.textContent = 'There is no sample speech. Pick an audio file instead.';
});

avatar.addEventListener('avatar-conversation-state', ({ state }) => {
  byId('speak-label').textContent = state === 'idle' ? 'Speak' : 'Start over';
});
avatar.addEventListener('avatar-error', ({ error }) => {
  message.textContent = error.message;
});
avatar.addEventListener('avatar-connection-state', ({ state }) => {
  if (state === 'connected') message.textContent = '';
});

// ---- own audio -------------------------------------------------------------------------------------------------------

byId('file').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  if (file) void say(file);
  target.value = '';
});

let dragDepth = 0;
const showDrop = (depth) => {
  dragDepth = Math.max(0, depth);
  byId('drop').hidden = dragDepth === 0;
};
const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
addEventListener('dragenter', (event) => hasFiles(event) && showDrop(dragDepth + 1));
addEventListener('dragleave', (event) => hasFiles(event) && showDrop(dragDepth - 1));
addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault());
addEventListener('drop', (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  showDrop(0);
  const [file] = event.dataTransfer.files;
  if (file && isAvatarFile(file)) showOwn(file);
  else if (file) void say(file);
});

// ---- microphone ------------------------------------------------------------------------------------------------------

const recorder = new Recorder();
const microphone = byId('microphone');
const showRecording = (isRecording) => {
  avatar.listening = isRecording;
  microphone.setAttribute('aria-pressed', String(isRecording));
  byId('microphone-title').textContent = isRecording ? 'Listening' : 'Your voice';
  byId('microphone-hint').textContent = isRecording ? 'Press again to stop' : 'Record and play back';
};

microphone.addEventListener('click', async () => {
  if (recorder.isRecording) return recorder.stop();
  avatar.interrupt();
  showRecording(true);
  try {
    const speech = await recorder.record();
    showRecording(false);
    await say(speech);
  } catch (error) {
    message.textContent = error.name === 'NotAllowedError' ? 'The browser denied access to the microphone.' : error.message;
  } finally {
    showRecording(false);
  }
});

// ---- page ------------------------------------------------------------------------------------------------------------

connectTheme(byId('theme'));
byId('copy').addEventListener('click', async ({ target }) => {
  try {
    await navigator.clipboard.writeText(byId('code').textContent);
    target.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(byId('code'));
    target.textContent = 'Selected';
  }
  setTimeout(() => (target.textContent = 'Copy'), 1500);
});
