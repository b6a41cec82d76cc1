/** Small avatars in the test's page. */
import { AvatarError, type SpatiusAvatar, setAssetUrls } from '../../../src/index.js';
import { SMALL_AVATARS } from './small-avatars.js';

setAssetUrls(SMALL_AVATARS);

export function createAvatar(markup = '<spatius-avatar></spatius-avatar>'): SpatiusAvatar {
  const holder = document.createElement('div');
  holder.innerHTML = markup;
  const avatar = holder.querySelector('spatius-avatar')!;
  avatar.style.cssText += '; display: inline-block; width: 96px; height: 120px';
  document.body.append(holder);
  return avatar;
}

export function once<Name extends keyof HTMLElementEventMap>(target: HTMLElement, name: Name): Promise<HTMLElementEventMap[Name]> {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
}

/** A vowel-like buzz, mono, −1..1. */
export function buzz(seconds: number, rateHz = 16_000): Float32Array {
  return Float32Array.from({ length: seconds * rateHz }, (_, at) => {
    const phase = (at / rateHz) * 2 * Math.PI * 140;
    return 0.25 * (Math.sin(phase) + 0.6 * Math.sin(4 * phase) + 0.4 * Math.sin(9 * phase));
  });
}

/** The code that a promise rejects with; says so when it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof AvatarError ? error.code : `no AvatarError: ${error}`;
  }
  return 'nothing thrown';
}
