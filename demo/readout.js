/** Shows statistics of an avatar, updated twice a second. */

const byId = (id) => document.getElementById(id);
const show = (id, text) => {
  const cell = byId(id);
  if (cell.textContent !== text) cell.textContent = text;
};
const number = (value, digits, unit) => (Number.isFinite(value) ? `${value.toFixed(digits)} ${unit}` : '–');

const MOTION_WORDS = { server: 'Motion Server', local: 'this browser', none: 'none' };

export function showFigures(avatar) {
  const showState = (id, state) => {
    show(id, state);
    byId(id).dataset.state = state;
  };
  const showBadge = () => {
    const { connectionState, conversationState } = avatar;
    const state = conversationState === 'idle' ? connectionState : conversationState;
    const words = {
      playing: 'Speaking',
      paused: 'Paused',
      connected: 'Ready',
      connecting: 'Connecting',
      failed: 'Audio only',
      disconnected: 'Not connected',
    };
    byId('badge').dataset.state = state;
    show('badge-text', words[state]);
  };
  const showStates = () => {
    showState('connection', avatar.connectionState);
    showState('conversation', avatar.conversationState);
    showBadge();
  };
  avatar.addEventListener('avatar-connection-state', showStates);
  avatar.addEventListener('avatar-conversation-state', showStates);
  avatar.addEventListener('avatar-conversation-motion', ({ motion }) => show('motion', MOTION_WORDS[motion]));

  let isAsking = false;
  const ask = async () => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      const stats = await avatar.stats();
      const { skewP50Ms, skewP95Ms, motionBytes, motionSeconds } = stats;
      const signed = (value) => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(0)}`;
      show('latency', number(stats.firstMotionMs, 0, 'ms'));
      show('skew', Number.isFinite(skewP95Ms) ? `${signed(skewP50Ms)} / ${signed(skewP95Ms)} ms` : '–');
      const size = stats.resolutionScale < 1 ? `, ${Math.round(stats.resolutionScale * 100)} % size` : '';
      show('fps', stats.framesPerSecond > 0 ? `${stats.framesPerSecond.toFixed(0)} / s${size}` : '–');
      show('bandwidth', motionSeconds > 0 && motionBytes > 0 ? `${(motionBytes / motionSeconds / 1000).toFixed(1)} kB/s` : '–');
      show('frame-time', number(stats.frameCpuMs, 1, 'ms'));
    } catch {
      // Keep the previous values; the avatar's events report errors.
    } finally {
      isAsking = false;
    }
  };
  setInterval(ask, 500);
  showStates();
}
