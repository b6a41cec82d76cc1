"""Scores predictions. `python3 -m lipsync.evaluate TEST_FOLDER PREDICTIONS.json [--voices]` prints a line for every group of
clips, or for every recorded voice.

acc15, acc6: frames right among 15 visemes and among 6 mouth shapes. PP: lip closures, F1, by viseme and by curve (lipsPress of
0.5 and more); a predicted closure counts when its middle lies within 40 ms of a closure not yet found. r: Pearson's, jaw.
lag: of the best cross-correlation of the jaw, mean of its magnitude over the clips. gap: how far the lips are apart within
pauses, relative to the widest opening of the clip.
"""
import json
import sys
from collections import defaultdict

import numpy as np

from .phonemes import INDEX, PP
from .targets import CHANNELS, CLOSE, JAW, PRESS, curves_at_frames

SIX = np.array([0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5])
TOLERANCE, STEP = 0.04, 0.02


def runs(is_on, times):
    """`[(start, end)]`; gaps of one frame are bridged."""
    out = []
    for on, time in zip(is_on, times):
        if on and out and time - STEP / 2 - out[-1][1] <= STEP + 1e-6:
            out[-1][1] = time + STEP / 2
        elif on:
            out.append([time - STEP / 2, time + STEP / 2])
    return out


def match(reference, predicted):
    """→ hits, false alarms, misses"""
    used = set()
    for start, end in reference:
        best = None
        for i, (a, b) in enumerate(predicted):
            centre = (a + b) / 2
            if i not in used and start - TOLERANCE <= centre <= end + TOLERANCE:
                distance = abs(centre - (start + end) / 2)
                if best is None or distance < best[0]:
                    best = (distance, i)
        if best:
            used.add(best[1])
    return np.array([len(used), len(predicted) - len(used), len(reference) - len(used)])


def curve(frames, name):
    """ARKit names stand in: the mean of left and right, mouthPress for lipsPress, mouthRollLower for lowerLipBite."""
    other = {'lipsPress': 'mouthPress', 'mouthStretch': 'mouthStretch'}.get(name)
    if name in frames[0]:
        return np.array([f[name] for f in frames])
    if other and other + 'Left' in frames[0]:
        return np.array([(f[other + 'Left'] + f[other + 'Right']) / 2 for f in frames])
    return np.array([f.get('mouthRollLower', 0) for f in frames]) if name == 'lowerLipBite' else None


def closures(track):
    out = []
    for viseme, start, end in track:
        if viseme != PP:
            continue
        if out and start - out[-1][1] < 0.02:
            out[-1][1] = end
        else:
            out.append([start, end])
    return out


def correlation(x, y):
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum() + 1e-18))


def score(references, predictions):
    right, total, by_viseme, by_curve = np.zeros(2), 0, np.zeros(3), np.zeros(3)
    jaws, wanted, lags, gaps = [], [], [], []
    for reference in references:
        prediction = predictions[reference['id']]
        frames, track = prediction['frames'], [(INDEX[v], a, b) for v, a, b in reference['visemes']]
        times = prediction.get('t0', 0) + np.arange(len(frames)) * STEP
        times = times[times <= track[-1][2]]
        frames = frames[:len(times)]
        truth = np.zeros(len(times), int)
        for viseme, start, end in track:
            truth[(times >= start) & (times < end)] = viseme
        if 'visemes' in prediction:
            said = np.array(prediction['visemes'][:len(times)]).argmax(1)
            right += [(said == truth).sum(), (SIX[said] == SIX[truth]).sum()]
            total += len(times)
            by_viseme += match(closures(track), runs(said == PP, times))
        press, jaw, close = (curve(frames, CHANNELS[i]) for i in (PRESS, JAW, CLOSE))
        by_curve += match(closures(track), runs(press >= 0.5, times))
        # The reference is on a grid of its own, half a frame later.
        shifted = [(v, a + STEP / 2 - times[0], b + STEP / 2 - times[0]) for v, a, b in track]
        target = curves_at_frames(shifted, len(times))[:, JAW]
        jaws.append(jaw)
        wanted.append(target)
        if any(v for v, _, _ in track):
            at = np.arange(-250, 251, 5)
            found = [correlation(np.interp(times + ms / 1000, times, jaw), target) for ms in at]
            lags.append(abs(at[int(np.argmax(found))]))
        gap = np.maximum(0, jaw - close) * (1 - np.clip(press, 0, 1))
        peak = max(np.sort(gap)[min(len(gap) - 1, int(0.95 * len(gap)))], 0.3)
        for viseme, start, end in track:
            if viseme == 0:
                gaps.extend(gap[(times > start + 0.1) & (times < end - 0.1)] / peak)
    jaw, target = np.concatenate(jaws), np.concatenate(wanted)

    def f1(counts):
        return 2 * counts[0] / max(1, 2 * counts[0] + counts[1] + counts[2])

    return {'clips': len(references), 'acc15': right[0] / max(1, total), 'acc6': right[1] / max(1, total), 'PP viseme': f1(by_viseme), 'PP curve': f1(by_curve),
            'PP false': by_curve[1], 'r jaw': correlation(jaw, target), 'lag ms': np.mean(lags) if lags else 0, 'gap': np.mean(gaps) if gaps else 0}


def main():
    with open(f'{sys.argv[1]}/ref.json', encoding='utf8') as file:
        references = json.load(file)['items']
    with open(sys.argv[2], encoding='utf8') as file:
        predictions = {item['id']: item for item in json.load(file)['items']}
    groups = defaultdict(list)
    for item in references:
        if not item['group'].startswith('degraded') and item['group'] not in ('quiet', 'music'):
            groups['clean'].append(item)
        groups[item['group']].append(item)
        if item['group'].startswith('degraded'):
            groups['degraded'].append(item)
    if '--voices' in sys.argv:
        groups = {'clean': groups['clean']}
        for item in groups['clean']:
            if item['group'] == 'recorded':
                groups.setdefault(item['voice'], []).append(item)
    results = {name: score(items, predictions) for name, items in groups.items()}
    names = list(results['clean'])
    print(''.ljust(28) + ''.join(name.rjust(11) for name in names))
    for group, result in results.items():
        print(group.ljust(28) + ''.join((f'{result[n]:.0f}' if n in ('clips', 'PP false') else f'{result[n]:.3f}').rjust(11) for n in names))


if __name__ == '__main__':
    main()
