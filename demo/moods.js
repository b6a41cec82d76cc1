/** Controls for mood and gaze. */
import { moods } from '/dist/spatius-avatar.min.js';

const titleOf = (word) => word[0].toUpperCase() + word.slice(1);

/** Adds a radio button per mood to a fieldset, and connects them and the slider for the strength to the avatar. */
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
