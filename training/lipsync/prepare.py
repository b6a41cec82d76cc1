"""Corpus → what the training reads. `python3 -m lipsync.prepare CORPUS OUT SOURCE…` writes `OUT/SOURCE.npz`:
`mel` [2 frames, 40] float16 (natural logarithm of power), `viseme` [frames] and `curves` [frames, 8], utterance after
utterance, each several times: once as another speaker in a quiet room, the other times on a bad day as well."""
import os
import pickle
import sys
import zlib

import numpy as np

from . import augment, features
from .corpus import SOURCES
from .targets import curves_at_frames, visemes_at_frames


QUIET_COPIES = 2


def copies_of(source):
    """Recorded voices are few: they come as more speakers. Under music there are no bad days: babble would not be silence."""
    return {'espeak': 4, 'music': QUIET_COPIES}.get(source, 5)


def load(corpus, name):
    with open(f'{corpus}/{name}.pkl', 'rb') as file:
        return pickle.load(file)


def main():
    corpus, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:] or SOURCES
    os.makedirs(folder, exist_ok=True)
    for name in names:
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        items = load(corpus, name)
        # Babble is made of this voice and of espeak's many.
        others, music = items + load(corpus, 'espeak'), load(corpus, 'music')
        mels, visemes, curves = [], [], []
        order = [(i, copy) for i in range(len(items)) for copy in range(copies_of(name))]
        rng.shuffle(order)
        for i, copy in order:
            samples, track = augment.voice_like(items[i], rng)
            if copy >= QUIET_COPIES:
                samples = augment.degraded(samples, rng, others, music)
            mel = features.mel_power(samples)
            count = len(mel) // 2
            mels.append(np.log(mel[:count * 2] + 1e-9).astype(np.float16))
            visemes.append(visemes_at_frames(track, count).astype(np.int8))
            curves.append(curves_at_frames(track, count).astype(np.float16))
        # A name of its own until it is whole: the training may look at any time.
        np.savez(f'{folder}/.{name}.npz', mel=np.concatenate(mels), viseme=np.concatenate(visemes), curves=np.concatenate(curves))
        os.replace(f'{folder}/.{name}.npz', f'{folder}/{name}.npz')
        print(f'{name}: {len(order)} utterances, {sum(map(len, visemes)) / 50 / 60:.0f} minutes', flush=True)


if __name__ == '__main__':
    main()
