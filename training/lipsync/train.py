"""Trains the net. `python3 -m lipsync.train DATA OUT [--steps N] [--resume]` writes `OUT/net.pt` (averaged weights) and
`OUT/state.pt` every few minutes; an interrupted run goes on with `--resume`, also with another number of steps."""
import argparse
import os
import signal
import time

import numpy as np
import torch
import torch.nn.functional as F

from .corpus import RECORDINGS, SOURCES
from .model import BANDS, CLASS_WEIGHTS, LOOK_AHEAD, SLOW, MouthNet

BATCH, FRAMES, SKIP = 32, 200, 12
SEED = 7
# Half of every batch and more is recorded voices; a synthetic one alone does not carry over to people.
SHARES = {'espeak': 0.42, 'music': 0.03}
# What a teacher marked counts for less than what a synthesiser says of itself.
TAUGHT = 0.6
# Weight of the curves: the jaw shows in every frame, closures come next, the tongue hardly shows.
CURVE_WEIGHTS = torch.tensor([5, 1.5, 1, 1, 1, 2, .5, 1.2])
WARM_UP, DECAY_FROM, PEAK_RATE = 200, 0.7, 2e-3
AVERAGE = 0.998
NOISE_CROPS = 1


class Data:
    """All sources in memory; crops run across the borders of utterances."""

    def __init__(self, folder):
        self.sources = []
        for name in (*SOURCES, *RECORDINGS):
            if os.path.exists(f'{folder}/{name}.npz'):
                loaded = np.load(f'{folder}/{name}.npz')
                self.sources.append((name, loaded['mel'], loaded['viseme'], loaded['curves']))
        hours = {name: len(viseme) / 50 / 3600 for name, _, viseme, _ in self.sources}
        recorded = {name: np.sqrt(h) * (TAUGHT if name in RECORDINGS else 1) for name, h in hours.items() if name not in SHARES}
        left = 1 - sum(SHARES.values())
        self.shares = np.array([SHARES.get(name) or left * recorded[name] / sum(recorded.values()) for name in hours])
        self.shares /= self.shares.sum()
        for (name, h), share in zip(hours.items(), self.shares):
            print(f'{name}: {h:.2f} h, share {share:.2f}', flush=True)

    def batch(self, rng):
        mel = np.empty((BATCH, 2 * FRAMES, BANDS), np.float32)
        viseme, curves = np.empty((BATCH, FRAMES), np.int64), np.empty((BATCH, FRAMES, 8), np.float32)
        for b, source in enumerate(rng.choice(len(self.sources), BATCH, p=self.shares)):
            _, mels, visemes, targets = self.sources[source]
            at = rng.integers(0, len(visemes) - FRAMES - 20)
            mel[b] = mels[2 * at + LOOK_AHEAD:2 * (at + FRAMES) + LOOK_AHEAD]
            viseme[b] = visemes[at:at + FRAMES]
            curves[b] = targets[at:at + FRAMES]
            curves[b][:, SLOW] = targets[at + 1:at + 1 + FRAMES][:, SLOW]
        return vary(torch.from_numpy(mel), rng), torch.from_numpy(viseme), torch.from_numpy(curves)


def uniform(rng, count, low, high):
    return torch.from_numpy(rng.uniform(low, high, (count, 1, 1)).astype(np.float32))


def other_throats(mel, rng):
    """Bands moved along the mel axis, each crop its own way."""
    count = len(mel)
    place = (torch.arange(BANDS) * (1 + uniform(rng, count, -0.05, 0.05)) + uniform(rng, count, -1.2, 1.2)).clamp(0, BANDS - 1.001)
    below = place.floor().long()
    share = place - below
    return mel.gather(2, below.expand_as(mel)) * (1 - share) + mel.gather(2, (below + 1).expand_as(mel)) * share


def vary(mel, rng):
    """What makes every crop a new one: another throat, another microphone (a smooth tilt), a gain, and always a floor: synthetic
    pauses are exactly silent, no microphone is. The first crop is only noise."""
    count = len(mel)

    def chance(low, high):
        return uniform(rng, count, low, high)

    bands = torch.linspace(0, 1, BANDS)
    mel = other_throats(mel, rng)
    for k in range(1, 4):
        strength = torch.from_numpy(rng.normal(0, 0.7 / k ** 0.7, (count, 1, 1)).astype(np.float32))
        mel = mel + strength * torch.cos(np.pi * k * bands + chance(0, 6.28))
    gain = chance(-3.2, 1.8) * 2
    tilt = chance(-4, 1) * bands
    # At most some dB under the voice; now and then almost nothing.
    level = torch.minimum(torch.where(chance(0, 1) < 0.15, torch.full((count, 1, 1), -21.0), chance(-19, -9)), gain - 7.5)
    grain = torch.from_numpy(rng.standard_gamma(3, mel.shape, dtype=np.float32)) / 3
    floor = torch.exp(level + tilt) * (grain + 1e-3)
    loudness = torch.ones(count, 1, 1)
    loudness[:NOISE_CROPS] = 0
    floor[:NOISE_CROPS] *= float(np.exp(rng.uniform(0, 5)))
    power = torch.exp(mel + gain) * loudness + floor
    return (torch.log(power + 1e-7) + 8) / 4


def loss_of(logits, curves, viseme, target):
    logits, curves, viseme, target = logits[:, SKIP:], curves[:, SKIP:], viseme[:, SKIP:], target[:, SKIP:]
    entropy = F.cross_entropy(logits.reshape(-1, 15), viseme.reshape(-1), weight=CLASS_WEIGHTS, label_smoothing=0.03)
    weights = CURVE_WEIGHTS
    position = ((curves - target) ** 2 * weights).mean()
    speed = ((curves.diff(dim=1) - target.diff(dim=1)) ** 2 * weights).mean()
    return entropy + 10 * position + 10 * speed, entropy.item(), position.item()


def rate_at(step, steps):
    """Warm-up, plateau, then a fall to nothing."""
    share = step / steps
    falling = 1 if share < DECAY_FROM else max(0.01, 1 - (share - DECAY_FROM) / (1 - DECAY_FROM))
    return PEAK_RATE * min(1, (step + 1) / WARM_UP) * falling


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('data')
    parser.add_argument('out')
    parser.add_argument('--steps', type=int, default=12000)
    parser.add_argument('--hidden', type=int, default=192)
    parser.add_argument('--both-ways', action='store_true')
    parser.add_argument('--resume', action='store_true')
    options = parser.parse_args()
    os.makedirs(options.out, exist_ok=True)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(SEED)
    net = MouthNet(hidden=options.hidden, both_ways=options.both_ways)
    optimizer = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    average = {name: value.clone() for name, value in net.state_dict().items()}
    step = 0
    if options.resume:
        state = torch.load(f'{options.out}/state.pt')
        net.load_state_dict(state['net'])
        optimizer.load_state_dict(state['optimizer'])
        average, step = state['average'], state['step']
    data = Data(options.data)
    print(f'{sum(p.numel() for p in net.parameters())} parameters', flush=True)
    started, first, entropies, errors = time.time(), step, [], []

    def save():
        torch.save({'net': net.state_dict(), 'optimizer': optimizer.state_dict(), 'average': average, 'step': step}, f'{options.out}/state.part')
        os.replace(f'{options.out}/state.part', f'{options.out}/state.pt')
        torch.save({'sizes': net.sizes, 'weights': average, 'step': step}, f'{options.out}/net.part')
        os.replace(f'{options.out}/net.part', f'{options.out}/net.pt')

    is_stopped = []
    signal.signal(signal.SIGTERM, lambda *_: is_stopped.append(True))
    while step < options.steps and not is_stopped:
        for group in optimizer.param_groups:
            group['lr'] = rate_at(step, options.steps)
        # Every step has its own seed, so that an interrupted run goes on as if it had not been.
        torch.manual_seed(SEED + step)
        mel, viseme, target = data.batch(np.random.default_rng((SEED, step)))
        viseme[:NOISE_CROPS], target[:NOISE_CROPS] = 0, 0
        loss, entropy, error = loss_of(*net(mel), viseme, target)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        step += 1
        keep = min(AVERAGE, (step + 1) / (step + 10))
        for name, value in net.state_dict().items():
            average[name].mul_(keep).add_(value, alpha=1 - keep)
        entropies.append(entropy)
        errors.append(error)
        if step % 100 == 0:
            pace = (time.time() - started) / (step - first)
            print(f'{step} entropy {np.mean(entropies[-100:]):.3f} curves {np.mean(errors[-100:]):.4f} {pace:.2f} s/step {time.time() - started:.0f} s', flush=True)
        if step % 200 == 0:
            save()
    save()


if __name__ == '__main__':
    main()
