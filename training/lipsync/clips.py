"""A folder of clips in the format of the scorer: wave files, and `ref.json` with the visemes and their times."""
import json
import os

import numpy as np

from .audio import write_wave
from .phonemes import VISEMES
from .targets import CHANNELS


class Clips:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.items = []

    def add(self, name, group, voice, samples, track):
        """16 kHz float samples, `[(viseme index, start, end)]`. What would clip is made less loud."""
        samples = np.clip(samples * min(1, 0.9 / (np.abs(samples).max() + 1e-9)), -1, 1)
        write_wave(f'{self.folder}/{name}.wav', samples)
        self.items.append({'id': name, 'group': group, 'voice': voice, 'lang': '', 'text': '', 'duration': len(samples) / 16000,
                           'visemes': [[VISEMES[v], round(a, 4), round(b, 4)] for v, a, b in track]})

    def write_reference(self):
        with open(f'{self.folder}/ref.json', 'w', encoding='utf8') as file:
            json.dump({'version': 1, 'visemes': VISEMES, 'channels': CHANNELS, 'items': self.items}, file)
        print(f'{len(self.items)} clips, {sum(i["duration"] for i in self.items) / 60:.1f} minutes')
