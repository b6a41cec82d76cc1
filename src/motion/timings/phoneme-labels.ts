/**
 * Maps phonemes to visemes, as in the training of the net (`training/lipsync/phonemes.py`): glottal, velar and uvular sounds share `kk`,
 * which leaves the lips alone; l and the nasals behind the lips share `nn`; schwa counts as `E`, y as `ih`, w and the
 * close rounded vowels as `ou`.
 */
import { VISEME_INDEX as V, type Viseme } from '../../shared/contracts/visemes.js';

const SILENCE = /^([_#.|,;\s]*|sil|ssil|silence|sp|spn|pau|pause|h#|<.*>)$/i;

/** IPA letters, and X-SAMPA's where those are other characters. IPA has no capitals and no digits, so both fit in one table. */
const LETTERS = table({
  PP: 'p b m ɓ ɸ β B p\\ b\\ B\\',
  FF: 'f v ʋ ɱ ⱱ F P v\\',
  TH: 'θ ð T D',
  DD: 't d ʈ ɖ c ɟ ɗ J\\',
  kk: 'k g ɡ x ɣ h ɦ q ɢ χ ħ ʔ ʕ ç ʝ ɰ ɠ G X C ? h\\ j\\ M\\ G\\ X\\ ?\\',
  CH: 'ʃ ʒ ɕ ʑ ʂ ʐ S Z s\\ z\\ s` z`',
  SS: 's z',
  nn: 'n l ɲ ʎ ɫ ɳ ɭ ŋ ɬ ɮ ɴ ʟ J L N K 5 N\\ L\\ K\\ l\\',
  RR: 'r ɹ ɾ ʁ ʀ ɽ ɻ ɚ ɝ ɺ R 4 r\\ R\\ @` 3`',
  aa: 'a ɑ ɐ æ ʌ ɶ A 6 { V &',
  E: 'e ɛ ε ə ɜ ɘ ɞ E @ 3 @\\ 3\\',
  ih: 'i ɪ ɨ j y ʏ ᵻ ɯ I 1 Y M',
  oh: 'o ɔ ɒ œ ɤ O Q 7 9',
  ou: 'u ʊ ʉ w ø ɥ ɵ ʍ U } 2 8 H W',
});

const ARPABET = table({
  PP: 'p b m em',
  FF: 'f v',
  TH: 'th dh',
  DD: 't d dx',
  kk: 'k g hh hv h q',
  CH: 'ch jh sh zh',
  SS: 's z',
  nn: 'n nx en l el ng eng',
  RR: 'r er axr',
  aa: 'aa ae ah',
  E: 'ax eh',
  ih: 'ih ix iy y',
  oh: 'ao',
  ou: 'uh uw ux w wh',
});
const ARPABET_DIPHTHONGS: ReadonlyMap<string, readonly number[]> = new Map([
  ['ay', [V.aa, V.ih]],
  ['aw', [V.aa, V.ou]],
  ['ey', [V.E, V.ih]],
  ['ow', [V.oh, V.ou]],
  ['oy', [V.oh, V.ih]],
]);

/** Replaces pairs of visemes within one phoneme: affricates have the mouth of their release. */
const AFFRICATE_STARTS: ReadonlyMap<number, readonly number[]> = new Map([
  [V.DD, [V.CH, V.SS]],
  [V.PP, [V.FF]],
]);

/**
 * @param phonemes A whole speech, since single labels do not identify the alphabet: `T` is t in ARPAbet, θ in X-SAMPA.
 * @returns The visemes of each in order (indices in `VISEMES`); empty for a label without a mouth shape (a length mark, a tone),
 *   null for an unknown one.
 */
export function visemesFromPhonemes(phonemes: readonly string[]): readonly (readonly number[] | null)[] {
  const isArpabet = looksLikeArpabet(phonemes.filter((phoneme) => !SILENCE.test(phoneme)));
  return phonemes.map((phoneme) => (SILENCE.test(phoneme) ? [V.sil] : isArpabet ? arpabetOf(phoneme) : visemesFromLetters(phoneme)));
}

/** Vowels with a stress digit (`AH0`) occur in ARPAbet only; without stress digits all labels have to be known. */
function looksLikeArpabet(phonemes: readonly string[]): boolean {
  const isKnown = (phoneme: string): boolean => arpabetOf(phoneme) !== null;
  return (
    phonemes.some((phoneme) => /^[a-z]{2}[0-2]$/i.test(phoneme) && isKnown(phoneme)) ||
    (phonemes.some((phoneme) => phoneme.length > 1) && phonemes.every(isKnown))
  );
}

function arpabetOf(phoneme: string): readonly number[] | null {
  const bare = phoneme.replace(/[0-2]$/, '');
  // Mixed case is X-SAMPA.
  if (bare !== bare.toLowerCase() && bare !== bare.toUpperCase()) return null;
  const name = bare.toLowerCase();
  const viseme = ARPABET.get(name);
  return viseme === undefined ? (ARPABET_DIPHTHONGS.get(name) ?? null) : [viseme];
}

function visemesFromLetters(phoneme: string): readonly number[] | null {
  const visemes: number[] = [];
  let hasUnknown = false;
  // Diacritics of X-SAMPA (`_h`, `_"`) are not sounds; the parts of a tie bar are looked up separately.
  for (const [letter] of phoneme
    .normalize('NFC')
    .replace(/_./g, '')
    .matchAll(/.[\\`]?/gsu)) {
    const viseme = LETTERS.get(letter) ?? LETTERS.get(letter.normalize('NFD')[0]);
    if (viseme === undefined) {
      hasUnknown ||= /^\p{Lu}|^\p{Ll}|^\p{Lo}/u.test(letter);
    } else {
      if (AFFRICATE_STARTS.get(visemes.at(-1) ?? -1)?.includes(viseme)) visemes.pop();
      if (visemes.at(-1) !== viseme) visemes.push(viseme);
    }
  }
  return visemes.length === 0 && hasUnknown ? null : visemes;
}

function table(groups: Partial<Record<Viseme, string>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(groups).flatMap(([viseme, letters]) => letters.split(' ').map((letter) => [letter, V[viseme as Viseme]] as const)),
  );
}
