"""Clips to choose by: the voices of the training saying other texts, every second one through another throat, every fifth one
on a bad day. `python3 -m lipsync.devset FOLDER` writes `FOLDER/NAME.wav` and `FOLDER/ref.json`. What was tuned was tuned on
these, so that the test set stays unseen."""
import random
import sys

import numpy as np

from . import augment
from .clips import Clips
from .corpus import SOURCES, utterances

SHARE = 0.02  # of the minutes of the corpus


def main():
    clips, rng = Clips(sys.argv[1]), np.random.default_rng(99)
    for source in SOURCES:
        if source == 'music':
            continue
        items = utterances(source, random.Random(f'dev {source}'), SHARE)[:40]
        for i, item in enumerate(items):
            samples, track = augment.voice_like(item, rng) if i % 2 else (item['samples'].astype(np.float32) / 32768, item['visemes'])
            samples = samples * (augment.TYPICAL_RMS / augment.rms(samples))
            group = 'formant' if source == 'espeak' else 'recorded'
            if i % 5 == 4:
                samples, group = augment.degraded(samples, rng, items), 'degraded-any'
            clips.add(f'{source}-{i}', group, item['voice'], samples, track)
    clips.write_reference()


if __name__ == '__main__':
    main()
