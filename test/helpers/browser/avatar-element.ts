/** `<spatius-avatar>` in a test page. */
// No module: it leaves itself on the window.
import 'axe-core';
import type Axe from 'axe-core';
import { type SpatiusAvatar, setAssetUrls } from '../../../src/index.js';
import { SMALL_AVATARS } from './small-avatars.js';

setAssetUrls(SMALL_AVATARS);

const { axe } = window as unknown as { axe: typeof Axe };

/** Puts markup with one avatar into the page; small, since software draws it. */
export function create(markup: string, width = 96, height = 120): SpatiusAvatar {
  const holder = document.createElement('div');
  holder.innerHTML = markup;
  const avatar = holder.querySelector('spatius-avatar')!;
  avatar.style.cssText += `; width: ${width}px; height: ${height}px`;
  document.body.append(holder);
  return avatar;
}

export function once<Name extends keyof HTMLElementEventMap>(target: HTMLElement, name: Name): Promise<HTMLElementEventMap[Name]> {
  return new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));
}

/** A part, as soon as it is there. */
export async function part<Kind extends HTMLElement>(avatar: SpatiusAvatar, name: string): Promise<Kind> {
  for (;;) {
    await avatar.updateComplete;
    const found = avatar.shadowRoot!.querySelector<Kind>(`[part~="${name}"]`);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What axe finds in the page, in words. */
export async function axeFindings(): Promise<string[]> {
  // Of the page around it, the test's own, nothing is asked.
  const off = { enabled: false };
  const rules = { region: off, 'page-has-heading-one': off, 'landmark-one-main': off };
  const { violations } = await axe.run(document.body, { rules });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
