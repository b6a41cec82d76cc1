/** The demo's moods and gaze. */
import { moods } from '/dist/spatius-avatar.min.js';

const titleOf = (word) => word[0].toUpperCase() + word.slice(1);

/** Fills a fieldset with one choice per mood, a slider for how much of it shows, and lets both change the avatar. */
export function connectMoods(avatar, fieldset, strength) {
  for (const mood of moods) {
    const label = document.createElement('label');
    const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'mood', value: mood });
    const span = document.createElement('span');
    input.checked = mood === avatar.mood;
    input.addEventListener('change', () => {
      avatar.mood = mood;
      strength.disabled = mood === 'neutral';
    });
    span.textContent = titleOf(mood);
    label.append(input, span);
    fieldset.append(label);
  }
  strength.disabled = avatar.mood === 'neutral';
  strength.addEventListener('input', () => (avatar.moodIntensity = Number(strength.value)));
}

export function connectGaze(avatar, inputs) {
  for (const input of inputs) input.addEventListener('change', () => (avatar.gaze = input.value));
}
