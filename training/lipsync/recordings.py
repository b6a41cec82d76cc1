"""People: the telephone prompts of Asterisk, recorded in studios by actors, as utterances of the corpus. Nobody has marked
their phones, so a teacher does: a net that hears each prompt as a whole, both ways in time, and through several throats.
`python3 -m lipsync.recordings TEACHER.pt CORPUS SOURCE…` writes `CORPUS/SOURCE.pkl`, as `corpus.py` does.
"""
import glob
import os
import pickle
import sys
import zlib

import numpy as np
import torch

from . import augment, features
from .audio import decode
from .corpus import RECORDINGS, item
from .model import LOOK_AHEAD, load_net
from .train import other_throats

SOUNDS = '/usr/share/asterisk/sounds'
SECONDS = (0.7, 15)
THROATS = 8
# Natural logarithm of the odds of another viseme in the next frame: phones last 80 ms in the mean.
LEAVING = np.log(0.25 / 14) - np.log(0.75)
# Mean probability of what the teacher chose, and the share of silence: tones and the unclear are left out.
LEAST_SURE, MOST_SILENT = 0.6, 0.7


def heard(net, samples, rng):
    """`[frames, 15]`: probabilities, the mean over throats."""
    mel = torch.from_numpy(np.log(features.mel_power(np.pad(samples, (0, 160 * (LOOK_AHEAD + 2)))) + 1e-9))
    count = len(samples) // 320
    mel = mel[LOOK_AHEAD:LOOK_AHEAD + 2 * count].expand(THROATS, -1, -1)
    with torch.no_grad():
        logits, _ = net((torch.log(torch.exp(other_throats(mel, rng)) + features.FLOOR) + 8) / 4)
    return torch.softmax(logits, -1).mean(0).numpy()


def most_likely(probabilities):
    """Viterbi: the track `[(viseme, start, end)]` that explains the frames best when most frames are like the one before."""
    scores = np.log(probabilities + 1e-6)
    best, origin = scores[0], np.zeros(scores.shape, np.int64)
    stay = np.arange(scores.shape[1])
    for i in range(1, len(scores)):
        other = int(best.argmax())
        moves = best[other] + LEAVING > best
        origin[i] = np.where(moves, other, stay)
        best = np.where(moves, best[other] + LEAVING, best) + scores[i]
    path = [int(best.argmax())]
    for i in range(len(scores) - 1, 0, -1):
        path.append(int(origin[i][path[-1]]))
    path.reverse()
    borders = [0, *(i for i in range(1, len(path)) if path[i] != path[i - 1]), len(path)]
    return [(path[a], a * 0.02, b * 0.02) for a, b in zip(borders, borders[1:])]


def utterances(net, source):
    rng, out = np.random.default_rng(zlib.crc32(source.encode())), []
    for path in sorted(glob.glob(f'{SOUNDS}/{RECORDINGS[source]}/**/*.g722', recursive=True)):
        samples = decode(path, 'g722')
        if not SECONDS[0] * 16000 <= len(samples) <= SECONDS[1] * 16000:
            continue
        samples = samples * (augment.TYPICAL_RMS / augment.rms(samples))
        probabilities = heard(net, samples, rng)
        track = most_likely(probabilities)
        sure, silent = probabilities.max(1).mean(), sum(b - a for v, a, b in track if v == 0) / (len(probabilities) * 0.02)
        if sure >= LEAST_SURE and silent <= MOST_SILENT:
            out.append(item(samples, track, source, os.path.basename(path)))
    return out


def main():
    teacher, folder, names = sys.argv[1], sys.argv[2], sys.argv[3:] or RECORDINGS
    torch.set_num_threads(1)
    net = load_net(teacher)
    for name in names:
        items = utterances(net, name)
        with open(f'{folder}/{name}.part', 'wb') as file:
            pickle.dump(items, file)
        os.replace(f'{folder}/{name}.part', f'{folder}/{name}.pkl')
        print(f'{name}: {len(items)} utterances, {sum(len(i["samples"]) for i in items) / 16000 / 60:.1f} minutes', flush=True)


if __name__ == '__main__':
    main()
