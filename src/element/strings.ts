/** The element's texts in the language of its place in the page. Loaded after the first picture. */
import { Lazy } from '../shared/core/lazy.js';
import { type AvatarStrings, ENGLISH, type KnownStrings } from './english.js';

const TRANSLATED = ['ar', 'de', 'es', 'fr', 'ja', 'zh'] as const;
type Translations = Readonly<Record<(typeof TRANSLATED)[number], AvatarStrings>>;

const ofPage = new Map<string, Partial<AvatarStrings>>();
const listeners = new Set<() => void>();
const translations = new Lazy<Translations>(async () => (await import('./translations.js')).TRANSLATIONS);

/** See `setStrings` of `set-strings.ts`. */
export function setStrings(lang: string, strings: Partial<AvatarStrings>): void {
  ofPage.set(lang, { ...ofPage.get(lang), ...strings });
  tellAll();
}

/** Calls back whenever texts change, until it is called with false. */
export function watchStrings(hear: () => void, isOn: boolean): void {
  listeners[isOn ? 'add' : 'delete'](hear);
}

/** The texts for an element. Its translation is loaded on the first call; until then, and without one, they are English. */
export function stringsFor(element: Element): KnownStrings {
  const translated = languageOf(element, TRANSLATED);
  // After a failure the texts stay English until the next update tries again.
  if (translated && !translations.current) translations.get().then(tellAll, () => undefined);
  return { ...ENGLISH, ...(translated && translations.value?.[translated]), ...ofPage.get(languageOf(element, ofPage.keys()) ?? '') };
}

/** `:lang()` also looks through shadow roots. The longest matching tag is the most specific. */
function languageOf<Lang extends string>(element: Element, langs: Iterable<Lang>): Lang | undefined {
  return [...langs].sort((one, other) => other.length - one.length).find((lang) => element.matches(`:lang(${CSS.escape(lang)})`));
}

function tellAll(): void {
  for (const hear of listeners) hear();
}
