"""Synthesises the training corpus. `python3 -m lipsync.corpus FOLDER SOURCE…` writes `FOLDER/SOURCE.pkl`: a list of
`{samples: int16 at 16 kHz, visemes: [(index, start, end)], voice, text}`.

The evaluation voices (see `testset.py`) must never appear here.
"""
import os
import pickle
import random
import subprocess
import sys
import tempfile
import zlib

import numpy as np

from .audio import int16
from .music import piece
from .synthesis import Espeak, festival, flite
from .texts import ESPEAK_LANGUAGES, Texts

RESERVED_LANGUAGES = set('is cy eu haw lt sq mt af da hr ca ms la vi'.split())
ESPEAK_MINUTES = 125
MUSIC_MINUTES, PIECE_SECONDS = 30, 20
# minutes, pitch range in Hz
FLITE = {'slt': (42, (140, 230)), 'awb': (42, (80, 160)), 'kal16': (26, (75, 150))}
# voice of Festival: phone set, source of words, minutes
FESTIVAL = {'cmu_us_slt_arctic_hts': ('arpabet', 'english', 24), 'lp_diphone': ('sampa', 'it', 36), 'suo_fi_lj_diphone': ('sampa', 'finnish', 34),
            'czech_dita': ('czech', 'czech', 34), 'czech_ph': ('czech', 'czech', 34)}
# source of `recordings.py`: folder of Debian's `asterisk-core-sounds-*-g722`, a speaker each
RECORDINGS = {'asterisk_en': 'en_US_f_Allison', 'asterisk_es': 'es_MX_f_Allison', 'asterisk_fr': 'fr_CA_f_June', 'asterisk_it': 'it_IT_m_Carlo',
              'asterisk_ru': 'ru_RU_f_IvrvoiceRU'}
STRETCHES = (0.8, 0.95, 1.1, 1.25)
SOURCES = ['espeak', *(f'flite_{v}' for v in FLITE), *(f'festival_{v}' for v in FESTIVAL), 'music']


def item(samples, visemes, voice, text):
    return {'samples': int16(samples), 'visemes': visemes, 'voice': voice, 'text': text}


def espeak_variants():
    listing = subprocess.run(['espeak-ng', '--voices=variant'], capture_output=True, text=True, check=True).stdout
    names = [line.split('!v/')[1].split('  ')[0].split(' (')[0].strip() for line in listing.split('\n') if '!v/' in line]
    # `fast` only changes the rate; `Demonic` is beyond what any voice sounds like.
    return sorted(name for name in names if name not in ('fast', 'Demonic'))


def from_espeak(rng, texts, minutes):
    engine, variants, out, seconds = Espeak(), espeak_variants(), [], 0.0
    voices = [voice for voice, _, _ in ESPEAK_LANGUAGES]
    assert not RESERVED_LANGUAGES & set(voices)
    weights = [weight for _, weight, _ in ESPEAK_LANGUAGES]
    sources = {voice: source for voice, _, source in ESPEAK_LANGUAGES}
    while seconds < minutes * 60:
        language = rng.choices(voices, weights)[0]
        text = texts.english() if sources[language] == 'en' else texts.sentence(sources[language])
        voice = language if rng.random() < 0.12 else f'{language}+{rng.choice(variants)}'
        samples, visemes = engine.speak(text, voice, int(rng.triangular(105, 290, 165)), rng.randint(15, 85), rng.randint(20, 90))
        if 8000 <= len(samples) <= 16000 * 15 and np.abs(samples).max() > 0.01 and len(visemes) > 4:
            out.append(item(samples, visemes, f'espeak-{voice}', text))
            seconds += len(samples) / 16000
    return out


def from_flite(voice, rng, texts, minutes):
    lowest, highest = FLITE[voice][1]
    out, seconds = [], 0.0
    with tempfile.TemporaryDirectory() as place:
        while seconds < minutes * 60:
            text = texts.english()
            pitch = rng.uniform(lowest, highest) if rng.random() < 0.6 else None
            samples, visemes = flite(text, voice, f'{place}/clip.wav', rng.uniform(0.72, 1.3), pitch)
            if len(samples) > 8000 and len(visemes) > 4:
                out.append(item(samples, visemes, f'flite-{voice}', text))
                seconds += len(samples) / 16000
    return out


def from_festival(voice, rng, texts, minutes):
    phone_set, source, _ = FESTIVAL[voice]
    out, seconds, turn = [], 0.0, 0
    while seconds < minutes * 60:
        spoken = [texts.english() if source == 'english' else texts.sentence(source) for _ in range(60)]
        with tempfile.TemporaryDirectory() as place:
            results = festival(voice, phone_set, spoken, place, STRETCHES[turn % len(STRETCHES)])
        for result, text in zip(results, spoken):
            if result and len(result[0]) > 8000 and len(result[1]) > 4:
                out.append(item(*result, f'festival-{voice}', text))
                seconds += len(result[0]) / 16000
        assert any(results), f'festival cannot speak with {voice}'
        turn += 1
    return out


def from_music(rng, minutes):
    """Silence, as far as a mouth is concerned."""
    with tempfile.TemporaryDirectory() as place:
        pieces = [piece(rng, PIECE_SECONDS, place) for _ in range(round(minutes * 60 / PIECE_SECONDS))]
    return [item(samples * (0.8 / np.abs(samples).max()), [(0, 0.0, len(samples) / 16000)], 'music', '') for samples in pieces]


def utterances(source, rng, share=1.0):
    """What a source says: `share` of the minutes it has in the corpus."""
    if source == 'music':
        return from_music(rng, MUSIC_MINUTES * share)
    texts, (engine, _, voice) = Texts(rng), source.partition('_')
    if engine == 'espeak':
        return from_espeak(rng, texts, ESPEAK_MINUTES * share)
    if engine == 'flite':
        return from_flite(voice, rng, texts, FLITE[voice][0] * share)
    return from_festival(voice, rng, texts, FESTIVAL[voice][2] * share)


def main():
    folder, names = sys.argv[1], sys.argv[2:] or SOURCES
    os.makedirs(folder, exist_ok=True)
    for name in names:
        items = utterances(name, random.Random(zlib.crc32(name.encode())))
        with open(f'{folder}/{name}.part', 'wb') as file:
            pickle.dump(items, file)
        os.replace(f'{folder}/{name}.part', f'{folder}/{name}.pkl')
        seconds = sum(len(i['samples']) for i in items) / 16000
        print(f'{name}: {len(items)} utterances, {seconds / 60:.1f} minutes, {len({i["voice"] for i in items})} voices', flush=True)


if __name__ == '__main__':
    main()
