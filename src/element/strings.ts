/** The words that the element shows and says, in the language of the place it stands in. Loaded after the element is shown. */
import { type AvatarStrings, ENGLISH, type KnownStrings } from './english.js';

const TRANSLATED = ['ar', 'de', 'es', 'fr', 'ja', 'zh'] as const;
type Translations = Readonly<Record<(typeof TRANSLATED)[number], AvatarStrings>>;

const ofPage = new Map<string, Partial<AvatarStrings>>();
const listeners = new Set<() => void>();
let translations: Translations | null = null;
// biome-ignore lint/correctness/noUnusedVariables: holds the one load in progress.
let loading: Promise<void> | null = null;

/** See `setStrings` of `set-strings.ts`. */
export function setStrings(lang: string, strings: Partial<AvatarStrings>): void {
  ofPage.set(lang, { ...ofPage.get(lang), ...strings });
  tellAll();
}

/** Calls back whenever the words of a language change, until it is called with false. */
export function watchStrings(hear: () => void, isOn: boolean): void {
  listeners[isOn ? 'add' : 'delete'](hear);
}

/** The words for an element. Its translation is loaded when it is first asked for; until then, and without it, it is English. */
export function stringsFor(element: Element): KnownStrings {
  const translated = languageOf(element, TRANSLATED);
  if (translated)
    loading ??= import('./translations.js').then((module) => (translations = module.TRANSLATIONS)).then(tellAll, () => undefined);
  return { ...ENGLISH, ...(translated && translations?.[translated]), ...ofPage.get(languageOf(element, ofPage.keys()) ?? '') };
}

/** `:lang()` knows the language of a place, through shadow roots, too. The longest tag says most. */
function languageOf<Lang extends string>(element: Element, langs: Iterable<Lang>): Lang | undefined {
  return [...langs].sort((one, other) => other.length - one.length).find((lang) => element.matches(`:lang(${CSS.escape(lang)})`));
}

function tellAll(): void {
  for (const hear of listeners) hear();
}
