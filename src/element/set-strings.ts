import type { AvatarStrings } from './english.js';

/**
 * Gives the element words of a language, or other words than its own. What is missing stays as it was, or English. Counts on the whole
 * page.
 *
 * @param lang Language tag as in a `lang` attribute, such as `pt` or `pt-BR`; it holds for its regions, too.
 * @returns Resolves when they count.
 */
export async function setStrings(lang: string, strings: Partial<AvatarStrings>): Promise<void> {
  (await import('./strings.js')).setStrings(lang, strings);
}
