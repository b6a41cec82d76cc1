/** The lab: a recording, the engine's output for it, and the avatar. */
import { SPEECH_STYLES } from '/dist/engine/index.js';
import { Recorder } from '../microphone.js';
import { loadSamples, showSamples } from '../samples.js';
import { connectTheme } from '../theme.js';
import { readClip, VOICE_RATE_HZ } from './clip.js';
import { VISEME_COLOURS } from './colours.js';
import { Engine } from './engine.js';
import { Motion } from './motion.js';
import { Overview } from './overview.js';
import { Playback } from './playback.js';
import { createRows, readColours, showLegend } from './rows.js';
import { Timeline } from './timeline.js';

const byId = (id) => document.getElementById(id);
const avatar = byId('avatar');
const shown = { clip: null, motion: null, other: null };
const engine = new Engine();
const rows = createRows(byId('tracks'), shown);
const playback = new Playback(avatar, { onChange: showTransport, onError: showError });
const overview = new Overview(byId('overview'), { onSeek: goTo, readColours });
const timeline = new Timeline(byId('tracks'), byId('playhead'), rows.tracks, {
  onSeek: (seconds) => playback.seek(seconds),
  onToggle: toggle,
  onView: (view) => overview.showView(view),
  readColours,
});

showLegend(byId('legend'));
connectTheme(byId('theme'), () => {
  timeline.recolour();
  overview.draw(shown.clip);
});

// ---- recordings ------------------------------------------------------------------------------------------------------

let opening = 0;

/** Analyses and displays a recording and moves the playhead to its start. */
async function open(name, bytes) {
  const turn = ++opening;
  playback.pause();
  byId('message').textContent = '';
  byId('tracks').setAttribute('aria-busy', 'true');
  try {
    const clip = await readClip(name, await bytes);
    const { motion, spectrum } = await engine.hear(clip.voice, VOICE_RATE_HZ);
    if (turn !== opening) return;
    shown.clip = clip;
    natural = new Motion(motion);
    rows.showSpectrum(spectrum);
    await applyStyle();
    playback.load(clip, shown.motion);
    overview.draw(clip);
    timeline.setDuration(clip.duration);
    for (const button of document.querySelectorAll('.transport button, .exports button')) button.disabled = false;
  } catch (error) {
    if (turn === opening) showError(error);
  } finally {
    if (turn === opening) byId('tracks').removeAttribute('aria-busy');
  }
}

const samples = await loadSamples();
showSamples(byId('samples'), samples);
const openSample = ({ url, title }) =>
  open(
    title,
    fetch(url).then((response) => response.arrayBuffer()),
  );
byId('samples').addEventListener('change', ({ target }) => {
  showSource(null);
  void openSample(samples[Number(target.value)]);
});
byId('file').addEventListener('change', ({ target }) => {
  const [file] = target.files;
  if (file) {
    showSource(file.name);
    void open(file.name, file.arrayBuffer());
  }
  target.value = '';
});

/** @param {string | null} name Name of the visitor's file; deselects the samples. */
function showSource(name) {
  byId('file-name').textContent = name ?? 'Your audio';
  byId('file-name').parentElement.classList.toggle('is-chosen', name !== null);
  if (name !== null) for (const choice of document.querySelectorAll('input[name=sample]')) choice.checked = false;
}

const recorder = new Recorder();
byId('microphone').addEventListener('click', async ({ currentTarget: button }) => {
  if (recorder.isRecording) return recorder.stop();
  playback.pause();
  button.setAttribute('aria-pressed', 'true');
  button.textContent = 'Stop';
  try {
    const speech = await recorder.record();
    showSource('Your voice');
    await open('Your voice', speech.arrayBuffer());
  } catch (error) {
    showError(error.name === 'NotAllowedError' ? new Error('The browser denied access to the microphone.') : error);
  } finally {
    button.setAttribute('aria-pressed', 'false');
    button.textContent = 'Record';
  }
});

// ---- style -----------------------------------------------------------------------------------------------------------

/** Unstyled motion of the clip. */
let natural = null;

for (const style of SPEECH_STYLES) {
  byId('style').append(new Option(style, style));
  byId('compare').append(new Option(style, style));
}

/** Selected style and intensity. */
function expression() {
  return { style: byId('style').value, intensity: Number(byId('intensity').value) };
}

async function applyStyle() {
  byId('intensity-value').textContent = Number(byId('intensity').value).toFixed(1);
  if (!natural) return;
  const compared = byId('compare').value;
  const faces = [engine.style(expression()), compared ? engine.style({ style: compared, intensity: 1 }) : null];
  const [own, other] = await Promise.all(faces);
  shown.motion = natural.with(own.values);
  shown.other = other && natural.with(other.values);
  playback.setMotion(shown.motion);
  timeline.draw();
}

for (const id of ['style', 'intensity', 'compare']) byId(id).addEventListener('input', () => void applyStyle().catch(showError));

for (const button of document.querySelectorAll('.exports button')) {
  button.addEventListener('click', async () => {
    try {
      const { file } = await engine.export(button.dataset.format, expression());
      const link = Object.assign(document.createElement('a'), {
        href: URL.createObjectURL(file),
        download: `speech.${button.dataset.format}`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      showError(error);
    }
  });
}

// ---- playing ---------------------------------------------------------------------------------------------------------

function toggle() {
  if (playback.isPlaying) playback.pause();
  else playback.play();
}

/** Moves playhead and view. */
function goTo(seconds) {
  playback.seek(seconds);
  timeline.setTime(seconds, true);
}

function step(frames) {
  if (!shown.motion) return;
  playback.pause();
  goTo(Math.max(0, Math.min(shown.clip.duration, playback.time + frames / shown.motion.frameRate)));
}

byId('play').addEventListener('click', toggle);
byId('back').addEventListener('click', () => step(-1));
byId('forward').addEventListener('click', () => step(1));
byId('zoom-in').addEventListener('click', () => timeline.zoom(0.6));
byId('zoom-out').addEventListener('click', () => timeline.zoom(1 / 0.6));
byId('speeds').addEventListener('change', ({ target }) => (playback.rate = Number(target.value)));

function showTransport() {
  byId('play').setAttribute('aria-label', playback.isPlaying ? 'Pause' : 'Play');
  byId('play')
    .querySelector('path')
    .setAttribute('d', playback.isPlaying ? 'M7 5h3.6v14H7zM13.4 5H17v14h-3.6z' : 'M8 5.5v13l10.5-6.5z');
  showMoment();
}

function showMoment() {
  const { motion } = shown;
  if (!motion) return;
  timeline.setTime(playback.time, playback.isPlaying);
  const frame = motion.frameAt(playback.time);
  const { name, index } = motion.visemeAt(frame);
  rows.showValues(motion, frame);
  byId('clock').textContent = `${playback.time.toFixed(2)} s`;
  byId('viseme').textContent = name;
  byId('viseme').style.boxShadow = `inset 0 -3px ${VISEME_COLOURS[index]}`;
}

function showError(error) {
  if (error.code !== 'aborted') byId('message').textContent = error.message;
}

function everyPicture() {
  if (playback.isPlaying) {
    playback.update();
    showMoment();
  }
  requestAnimationFrame(everyPicture);
}

avatar.addEventListener('avatar-error', ({ error }) => showError(error));
// Show the pose again if it was set before the first frame.
avatar.addEventListener('avatar-ready', () => shown.motion && playback.setMotion(shown.motion));
everyPicture();
if (samples[0]) await openSample(samples[0]);
