"""Viseme track → what the net is to say: one viseme and eight curves per frame of 20 ms.

The curves blend a target per viseme, weighted by a dominance that fades before and after it (Cohen & Massaro 1993). Lips
that close or tuck fade within 12 to 20 ms, so that a closure is a closure; rounding fades over 60 to 80 ms, so that it
starts ahead of its vowel.
"""
import numpy as np

from .phonemes import FF, PP, VISEMES

CHANNELS = ('jawOpen', 'mouthClose', 'mouthFunnel', 'mouthPucker', 'mouthStretch', 'lipsPress', 'tongueUp', 'lowerLipBite')
JAW, CLOSE, PRESS = 0, 1, 5
FRAME = 0.02
FLANK_BEFORE = np.array([.05, .03, .08, .08, .07, .012, .05, .016])
FLANK_AFTER = np.array([.05, .03, .06, .06, .06, .016, .05, .02])
REACH = 0.35  # seconds; beyond it a viseme is forgotten
SHORT = 0.07  # seconds; shorter phones do not reach their target

#          jaw  close funnel pucker stretch press tongue bite
TARGETS = np.array([
    (.0, 0, .0, .0, .0, 0, .0, 0),     # sil
    (.12, 0, .05, .05, .0, 1, .0, 0),  # PP
    (.12, 0, .0, .0, .1, 0, .0, 1),    # FF
    (.22, 0, .0, .0, .15, 0, .7, 0),   # TH
    (.18, 0, .0, .0, .2, 0, 1, 0),     # DD
    (.28, 0, .0, .0, .15, 0, .1, 0),   # kk
    (.16, 0, .7, .25, .0, 0, .5, 0),   # CH
    (.08, 0, .0, .0, .5, 0, .5, 0),    # SS
    (.22, 0, .0, .0, .2, 0, 1, 0),     # nn
    (.22, 0, .35, .25, .0, 0, .5, 0),  # RR
    (.85, 0, .05, .0, .1, 0, .0, 0),   # aa
    (.5, 0, .0, .0, .35, 0, .1, 0),    # E
    (.28, 0, .0, .0, .6, 0, .3, 0),    # ih
    (.55, 0, .6, .4, .0, 0, .0, 0),    # oh
    (.25, 0, .45, .95, .0, 0, .0, 0),  # ou
])
DOMINANCE = np.array([
    (1, 1, .8, .8, .8, 1, .8, 1),
    (1, 1, .3, .3, .3, 2.5, .3, 1),
    (1.2, 1, .4, .4, .4, 1, .3, 2.5),
    (.7, 1, .3, .3, .4, 1, 3, 1),
    (.6, 1, .2, .2, .3, 1, 3, 1),
    (.4, 1, .15, .15, .2, 1, .5, 1),
    (1, 1, 2, 1.5, 1, 1, 1.5, 1),
    (1.6, 1, .5, .5, 1, 1, 1.5, 1),
    (.5, 1, .2, .2, .3, 1, 3, 1),
    (.6, 1, .8, .8, .4, 1, 1.5, 1),
    (1.2, 1, 1, 1, .8, 1, .7, 1),
    (1, 1, 1, 1, 1, 1, .7, 1),
    (1, 1, 1, 1, 1.2, 1, .8, 1),
    (1.1, 1, 1.5, 1.5, 1, 1, .7, 1),
    (1, 1, 2, 2.5, 1.2, 1, .7, 1),
])
assert len(TARGETS) == len(DOMINANCE) == len(VISEMES)


def visemes_at_frames(track, count):
    """`[count]`: frame i stands for time 0.02 i + 0.01."""
    times = np.arange(count) * FRAME + FRAME / 2
    out = np.zeros(count, np.int64)
    for viseme, start, end in track:
        out[(times >= start) & (times < end)] = viseme
    return out


def curves_at_frames(track, count):
    """`[count, 8]`, see `CHANNELS`."""
    times = np.arange(count) * FRAME + FRAME / 2
    weighted, weights = np.zeros((count, len(CHANNELS))), np.full((count, len(CHANNELS)), 1e-6)
    for viseme, start, end in track:
        first, last = np.searchsorted(times, (start - REACH, end + REACH))
        if last <= first:
            continue
        at = times[first:last, None]
        fade = np.exp(-(np.maximum(start - at, 0) / FLANK_BEFORE + np.maximum(at - end, 0) / FLANK_AFTER))
        reached = 1 if viseme in (PP, FF) else min(1, (end - start) / SHORT) ** 0.5
        weight = DOMINANCE[viseme] * reached * fade
        weighted[first:last] += weight * TARGETS[viseme]
        weights[first:last] += weight
    out = weighted / weights
    # mouthClose is how much of the jaw's opening the pressed lips take back.
    out[:, CLOSE] = np.clip(out[:, PRESS] * np.maximum(out[:, JAW], 0), 0, 1)
    return out.astype(np.float32)
