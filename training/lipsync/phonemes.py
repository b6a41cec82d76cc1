"""Phones of every synthesiser → the 15 visemes of the Oculus set.

Diphthongs become two visemes, affricates the one of their release. Glottal, velar and uvular sounds share `kk`, which leaves
the lips alone; l and the nasals behind the lips share `nn`; schwa counts as `E`, y as `ih`, w and the close rounded vowels
as `ou`.
"""
import re
import unicodedata

VISEMES = ('sil', 'PP', 'FF', 'TH', 'DD', 'kk', 'CH', 'SS', 'nn', 'RR', 'aa', 'E', 'ih', 'oh', 'ou')
INDEX = {name: i for i, name in enumerate(VISEMES)}
PP, FF = INDEX['PP'], INDEX['FF']


def table(**groups):
    """`table(PP='p b m')` → `{'p': 'PP', 'b': 'PP', 'm': 'PP'}`"""
    return {phone: viseme for viseme, phones in groups.items() for phone in phones.split()}


IPA = table(
    PP='p b m ɓ ɸ β', FF='f v ʋ ɱ ⱱ', TH='θ ð', DD='t d ʈ ɖ c ɟ ɗ', kk='k g ɡ x ɣ h ɦ q ɢ χ ħ ʔ ʕ ç ʝ ɰ ɠ',
    CH='ʃ ʒ ɕ ʑ ʂ ʐ', SS='s z', nn='n l ɲ ʎ ɫ ɳ ɭ ŋ ɬ ɮ ɴ ʟ', RR='r ɹ ɾ ʁ ʀ ɽ ɻ ɚ ɝ ɺ',
    aa='a ɑ ɐ æ ʌ ä ɶ', E='e ɛ ə ɜ ɘ ɞ', ih='i ɪ ɨ j y ʏ ᵻ ɯ', oh='o ɔ ɒ œ ɤ', ou='u ʊ ʉ w ø ɥ ɵ ʍ')
IPA_AFFRICATES = (('tʃ', 'CH'), ('dʒ', 'CH'), ('tɕ', 'CH'), ('dʑ', 'CH'), ('tʂ', 'CH'), ('dʐ', 'CH'), ('ts', 'SS'), ('dz', 'SS'), ('pf', 'FF'))

ARPABET = table(
    sil='pau ssil sil h_', PP='p b m em', FF='f v', TH='th dh', DD='t d dx', kk='k g hh hv', CH='ch jh sh zh', SS='s z',
    nn='n nx en l el ng', RR='r er axr', aa='aa ae ah', E='ax eh', ih='ih ix iy y', oh='ao', ou='uh uw w')
ARPABET_DIPHTHONGS = {'ay': ('aa', 'ih'), 'aw': ('aa', 'ou'), 'ey': ('E', 'ih'), 'ow': ('oh', 'ou'), 'oy': ('oh', 'ih')}

# Italian, Finnish and Catalan voices of Festival: SAMPA with each author's additions.
SAMPA = table(
    sil='# pau', PP='p b m B', FF='f v', TH='D T', DD='t d', kk='k g h x G', CH='tS dZ S Z', SS='s z ts dz',
    nn='n l ng N nf J L', RR='r rr', aa='a @', E='e E ax', ih='i j y jj', oh='o O', ou='u w 7')
CZECH = table(
    sil='# _', PP='p b m', FF='f v', DD='t d t~ d~', kk='k g ch h', CH='c~ dz~ s~ z~', SS='s z c dz', nn='n n~ l n* ng',
    RR='r r~ r~*', aa='a', E='e', ih='i y j', oh='o o:', ou='u')
RUSSIAN = table(
    sil='pau', PP='p b m pp bb mm', FF='f v ff vv', DD='t d tt dd', kk='k g h kk gg hh', CH='ch sh sch zh', SS='s z c ss zz',
    nn='n l nn ll', RR='r rr', aa='a aa', E='ae ay e ee', ih='j i ii y yy', oh='o oo', ou='u uu ur')
HINDI = {**ARPABET, **table(
    aa='a aa', DD='th dh thh dhh tt dd', CH='j ch', kk='kh gh h', PP='ph bh', oh='oh aw', E='eh ay', ou='uh uw', RR='rr', nn='nd')}
SETS = {'sampa': SAMPA, 'czech': CZECH, 'russian': RUSSIAN, 'hindi': HINDI}


def visemes_of_ipa(phone):
    if phone in ('', '_'):
        return ['sil']
    phone = phone.replace('͡', '').replace('\u200d', '').replace('(en)', '')
    for start, viseme in IPA_AFFRICATES:
        if phone.startswith(start):
            return [viseme]
    out = []
    for letter in unicodedata.normalize('NFD', phone):
        viseme = IPA.get(letter)
        if viseme and (not out or out[-1] != viseme):
            out.append(viseme)
    return out[:3]


def visemes_of(phone, phone_set):
    """Visemes of one phone in order; empty when the phone has no place of its own (length marks, tones)."""
    if phone_set == 'ipa':
        return visemes_of_ipa(phone)
    if phone_set == 'arpabet':
        if phone in ARPABET_DIPHTHONGS:
            return list(ARPABET_DIPHTHONGS[phone])
        return [ARPABET[phone]] if phone in ARPABET else []
    phones = SETS[phone_set]
    bare = phone[0] if phone in ('7', '@', '7:', '@:') else re.sub(r'[0-9:]+$', '', phone)
    viseme = phones.get(bare) or phones.get(phone)
    return [viseme] if viseme else []


def viseme_track(segments, phone_set):
    """`[(phone, start, end)]`, seconds → `[(viseme index, start, end)]`. A phone without viseme lengthens the one before."""
    out = []
    for phone, start, end in segments:
        if end - start <= 0.0005:
            continue
        names = visemes_of(phone, phone_set)
        if not names:
            if out:
                out[-1][2] = end
            continue
        step = (end - start) / len(names)
        for i, name in enumerate(names):
            index = INDEX[name]
            if out and index == 0 and out[-1][0] == 0:
                out[-1][2] = start + (i + 1) * step
            else:
                out.append([index, start + i * step, start + (i + 1) * step])
    return [tuple(item) for item in out]
