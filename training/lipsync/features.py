"""Log-mel bands, number by number those of `src/motion/engine/acoustic-front-end.ts`."""
import numpy as np
import scipy.signal as signal

HOP, WINDOW, FFT, BANDS = 160, 400, 512, 40
LOWEST_HZ, HIGHEST_HZ = 60, 7600
FLOOR = 1e-7


def mel_bands():
    """`[40, 257]` triangles evenly spaced on the mel scale of O'Shaughnessy (1987)."""
    def mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(mel(LOWEST_HZ), mel(HIGHEST_HZ), BANDS + 2) / 2595) - 1)
    hz = np.arange(FFT // 2 + 1) * 16000 / FFT
    out = np.zeros((BANDS, FFT // 2 + 1), np.float32)
    for i in range(BANDS):
        low, centre, high = edges[i:i + 3]
        out[i] = np.maximum(0, np.minimum((hz - low) / (centre - low), (high - hz) / (high - centre)))
        if out[i].sum() < 0.5:
            # Narrower than a bin: the nearest one stands in.
            out[i] = 0
            out[i, int(round(centre * FFT / 16000))] = 1
    return out


MEL = mel_bands()
HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
ENERGY = float((HANN ** 2).sum())


def mel_power(samples):
    """`[frames, 40]`: frame i is centred on sample 160 i + 80 of 16 kHz audio and needs samples up to 160 i + 280."""
    count = len(samples) // HOP
    clean = signal.lfilter([1, -1], [1, -0.995], np.clip(samples, -1, 1)).astype(np.float32)
    padded = np.concatenate([np.zeros((WINDOW - HOP) // 2, np.float32), clean, np.zeros(WINDOW, np.float32)])
    frames = np.lib.stride_tricks.as_strided(padded, (count, WINDOW), (HOP * 4, 4))
    out = np.empty((count, BANDS), np.float32)
    for start in range(0, count, 2048):
        spectrum = np.fft.rfft(frames[start:start + 2048] * HANN, FFT)
        out[start:start + 2048] = ((spectrum.real ** 2 + spectrum.imag ** 2) / ENERGY).astype(np.float32) @ MEL.T
    return out


def net_input(power):
    """What the net is fed with."""
    return (np.log(power + FLOOR) + 8) / 4
