import { ARKIT_CHANNEL_COUNT, CHANNEL_COUNT, CHANNELS } from '../../shared/contracts/channels.js';
import { DEFAULT_LIFE, MOODS, type Mood } from '../../shared/contracts/life-settings.js';
import { Glide } from './glide.js';
import { AT_REST, HABIT_NAMES, type Habits, MOOD_TRAITS } from './moods.js';
import { sway } from './noise.js';

/** Duration of a change of mood, s: slow enough to look natural, quick enough to react in a conversation. */
const FADE_SECONDS = 0.55;
/** A perfectly still face looks like a mask: its strength varies by this share. */
const WANDER = 0.09;
/** Largest difference between its sides. */
const LEAN = 0.06;

/** 1 for channels of the left side, −1 for those of the right. */
const SIDE = Int8Array.from(CHANNELS, (name) => (name.endsWith('Left') ? 1 : name.endsWith('Right') ? -1 : 0));

/** The current mood: cross-fades between moods, also out of a fade in progress. */
export class MoodBlend {
  /** Current habits. */
  readonly habits: Habits = { ...AT_REST };
  private mood: Mood = DEFAULT_LIFE.mood;
  private intensity = DEFAULT_LIFE.moodIntensity;
  private readonly weights = MOODS.map((_, index) => new Glide(index === 0 ? 1 : 0));
  private readonly shares = new Float32Array(MOODS.length);

  /** @returns True if the face changes. */
  set(mood: Mood, intensity: number, seconds: number): boolean {
    if (mood === this.mood && intensity === this.intensity) return false;
    this.mood = mood;
    this.intensity = intensity;
    const chosen = MOODS.indexOf(mood);
    this.weights.forEach((weight, index) => {
      const goal = index === chosen ? (index === 0 ? 1 : intensity) : index === 0 ? 1 - intensity : 0;
      if (goal !== weight.goal) weight.to(goal, seconds, FADE_SECONDS);
    });
    return true;
  }

  /** Updates `habits`. */
  advance(seconds: number): void {
    const { weights, shares, habits } = this;
    for (const name of HABIT_NAMES) habits[name] = AT_REST[name];
    for (let index = 1; index < weights.length; index++) {
      const share = Math.max(0, weights[index].at(seconds));
      shares[index] = share;
      if (share === 0) continue;
      const traits = MOOD_TRAITS[index].habits;
      for (const name of HABIT_NAMES) habits[name] += share * (traits[name] - AT_REST[name]);
    }
  }

  /**
   * Adds the current face; call `advance` first.
   *
   * @param liveliness 1: it varies and the head takes part .. 0: a still face.
   * @param out `[58]`
   */
  addTo(out: Float32Array, seconds: number, seed: number, liveliness: number): void {
    const strength = 1 + liveliness * WANDER * sway(seconds, 5.9, seed);
    // No face is symmetric.
    const lean = liveliness * LEAN * sway(seconds, 11.3, seed + 1);
    for (let index = 1; index < this.shares.length; index++) {
      const share = this.shares[index] * strength;
      if (share === 0) continue;
      const { face } = MOOD_TRAITS[index];
      for (let channel = 0; channel < ARKIT_CHANNEL_COUNT; channel++) {
        if (face[channel] !== 0) out[channel] += share * face[channel] * (1 + SIDE[channel] * lean);
      }
      for (let channel = ARKIT_CHANNEL_COUNT; channel < CHANNEL_COUNT; channel++) out[channel] += liveliness * share * face[channel];
    }
  }
}
