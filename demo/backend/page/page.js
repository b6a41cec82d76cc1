/** Page of the example backend: requests speech over HTTP; audio and motion arrive over the relay. */
const byId = (id) => document.getElementById(id);
const avatar = byId('avatar');
const client = crypto.randomUUID();

await customElements.whenDefined('spatius-avatar');
avatar.relayUrl = `/relay?client=${client}`;
await avatar.updateComplete;
// Errors are reported by an event.
avatar.start().catch(() => undefined);

const config = await (await fetch('/api/config')).json();
byId('engine').textContent = config.engine ?? 'sample clips';
if (!config.engine) {
  byId('text').disabled = byId('say').disabled = true;
  byId('text').value = 'No speech engine is installed on this server (espeak-ng, flite or piper). Try the sample speech below.';
}
config.clips.forEach(({ title }, number) => {
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: title });
  button.addEventListener('click', () => ask(`/api/clip/${number}`));
  byId('clips').append(button);
});

/** Requests speech from the backend and shows its text. */
async function ask(path, body) {
  byId('message').textContent = '';
  try {
    const response = await fetch(`${path}?client=${client}`, { method: 'POST', body });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    byId('caption').textContent = answer.words;
  } catch (error) {
    byId('message').textContent = error.message;
  }
}

byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void ask('/api/text', byId('text').value);
});
byId('file').addEventListener('change', ({ target }) => {
  if (target.files[0]) void ask('/api/sound', target.files[0]);
  target.value = '';
});
byId('stop').addEventListener('click', () => avatar.interrupt());

const STATES = { disconnected: 'Not connected', connecting: 'Connecting', connected: 'Connected', failed: 'No relay' };
function showState() {
  const { connectionState, conversationState } = avatar;
  const isSpeaking = conversationState !== 'idle';
  byId('badge').dataset.state = isSpeaking ? 'speaking' : connectionState;
  byId('badge-text').textContent = isSpeaking ? 'Speaking' : STATES[connectionState];
  byId('stop').disabled = !isSpeaking;
  byId('caption').classList.toggle('is-shown', isSpeaking && byId('caption').textContent !== '');
}
avatar.addEventListener('avatar-connection-state', showState);
avatar.addEventListener('avatar-conversation-state', showState);
avatar.addEventListener('avatar-error', ({ error }) => (byId('message').textContent = error.message));
showState();

const rounded = (value, unit) => (Number.isFinite(value) ? `${Math.round(value)} ${unit}` : '–');
setInterval(async () => {
  if (avatar.conversationState === 'idle') return;
  const { firstSoundMs, skewP50Ms, skewP95Ms, motionBytes, motionSeconds } = await avatar.stats();
  byId('sound').textContent = rounded(firstSoundMs, 'ms');
  byId('skew').textContent = Number.isFinite(skewP50Ms) ? `${skewP50Ms.toFixed(0)} / ${skewP95Ms.toFixed(0)} ms` : '–';
  byId('bandwidth').textContent = motionSeconds > 0 ? `${(motionBytes / motionSeconds / 1000).toFixed(1)} kB/s` : '–';
}, 500);
