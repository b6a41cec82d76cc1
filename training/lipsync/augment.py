"""What happens to a voice between a mouth and a model: other throats, rooms, noise, lines, codecs and meters.

Every function takes and gives 16 kHz float samples of equal length, except `change_rate`, which also moves the track.
"""
import numpy as np
import scipy.signal as signal

RATE = 16000
TYPICAL_RMS = 0.08
MUSIC_SHARE = 0.2


def rms(samples):
    return float(np.sqrt(np.mean(samples ** 2) + 1e-12))


def change_rate(samples, track, factor):
    """Pitch, formants and tempo together by `factor`."""
    up = int(round(100 / factor))
    scale = up / 100
    return signal.resample_poly(samples, up, 100).astype(np.float32), [(v, a * scale, b * scale) for v, a, b in track]


def change_throat(samples, factor, rng, whisper=False):
    """Moves the formants by `factor` and leaves pitch and tempo; with `whisper` the voice itself becomes noise.

    The envelope of each short spectrum (its low cepstrum) is stretched along frequency and laid over the fine structure.
    """
    _, _, spectrum = signal.stft(samples, RATE, nperseg=512, noverlap=384, window='hann')
    magnitude = np.abs(spectrum) + 1e-6
    logs = np.log(magnitude)
    cepstrum = np.fft.irfft(logs, axis=0)
    keep = 28
    cepstrum[keep:-keep + 1] = 0
    envelope = np.fft.rfft(cepstrum, axis=0).real
    bins = np.arange(len(envelope))
    source = np.clip(bins / factor, 0, len(bins) - 1)
    low = np.floor(source).astype(int)
    high = np.minimum(low + 1, len(bins) - 1)
    share = (source - low)[:, None]
    moved = envelope[low] * (1 - share) + envelope[high] * share
    if whisper:
        noise = rng.standard_normal(spectrum.shape) + 1j * rng.standard_normal(spectrum.shape)
        # Whispering has little below 500 Hz.
        tilt = np.minimum(1, (bins + 2) / 18)[:, None]
        spectrum = noise * np.exp(moved) * tilt * 0.7
    else:
        spectrum = spectrum * np.exp(np.clip(moved - envelope, -3.5, 3.5))
    _, out = signal.istft(spectrum, RATE, nperseg=512, noverlap=384, window='hann')
    out = np.pad(out, (0, max(0, len(samples) - len(out))))[:len(samples)].astype(np.float32)
    return out * (rms(samples) / rms(out))


def room(samples, rng):
    """A few early reflections and an exponential tail."""
    seconds = rng.uniform(0.12, 0.7)
    count = int(seconds * RATE)
    tail = rng.standard_normal(count) * np.exp(-6.9 * np.arange(count) / count)
    tail[:int(rng.uniform(0.003, 0.02) * RATE)] = 0
    wet = 10 ** (rng.uniform(-16, 1) / 20)
    response = tail / np.sqrt((tail ** 2).sum() + 1e-9) * wet
    response[0] = 1
    for _ in range(rng.integers(0, 6)):
        response[min(count - 1, int(rng.uniform(0.001, 0.03) * RATE))] += rng.uniform(-0.5, 0.5) * wet
    return signal.fftconvolve(samples, response)[:len(samples)].astype(np.float32)


def excerpt(item, count, rng):
    """`count` samples of an utterance or a piece of music from a random place on, repeated as often as it takes."""
    samples = item['samples'].astype(np.float32)
    start = rng.integers(len(samples))
    return np.tile(samples, count // len(samples) + 2)[start:start + count]


def noise(count, rng, others, music=()):
    """One of: coloured noise, modulated noise, babble of other voices, hum, machine tones, music when there is some. Power 1."""
    if music and rng.random() < MUSIC_SHARE:
        out = excerpt(music[rng.integers(len(music))], count, rng)
        return (out / rms(out)).astype(np.float32)
    kind = rng.random()
    out = rng.standard_normal(count).astype(np.float32)
    if kind < 0.45:
        if rng.random() < 0.75:
            low, high = np.log(60), np.log(4000)
            b, a = signal.butter(1, np.exp(rng.uniform(low, high)) / 8000)
            out = signal.lfilter(b, a, out)
        if rng.random() < 0.35:
            steps = rng.random(count // 3000 + 2) ** 2
            out = out * np.interp(np.arange(count), np.arange(len(steps)) * 3000, steps)
    elif kind < 0.8:
        voices = rng.integers(2, 8)
        out = np.zeros(count, np.float32)
        for _ in range(voices):
            other = others[rng.integers(len(others))]
            out += excerpt(other, count, rng) / (rms(other['samples'].astype(np.float32)) + 1)
        if rng.random() < 0.5:
            out = room(out, rng)
    else:
        time = np.arange(count) / RATE
        if rng.random() < 0.4:
            base = rng.choice([50, 60, 100, 120]) * rng.uniform(0.98, 1.02)
            tones = [base * k for k in range(1, 9)]
        else:
            root = rng.uniform(90, 500)
            tones = [root * r * k for r in (1, rng.choice([1.2, 1.25]), 1.5) for k in (1, 2, 3, 4)]
        out = out * 0.05
        for tone in tones:
            if tone < 7500:
                beat = np.maximum(0, np.sin(2 * np.pi * rng.uniform(0.2, 3) * time + rng.uniform(0, 6)))
                out = out + rng.uniform(0.1, 1) * np.sin(2 * np.pi * tone * time + rng.uniform(0, 6)) * beat
    return (out / rms(out)).astype(np.float32)


def with_noise(samples, rng, others, decibels, music=()):
    return (samples + noise(len(samples), rng, others, music) * rms(samples) * 10 ** (-decibels / 20)).astype(np.float32)


def telephone(samples, rng):
    """8 kHz, 300 to 3400 Hz, μ-law of 8 bits (ITU-T G.711)."""
    b, a = signal.butter(2, [rng.uniform(200, 380) / 4000, rng.uniform(3000, 3700) / 4000], 'band')
    narrow = signal.lfilter(b, a, signal.resample_poly(samples, 1, 2))
    narrow = np.clip(narrow / (np.abs(narrow).max() + 1e-6) * rng.uniform(0.1, 1), -1, 1)
    law = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    law = np.round(law * 127) / 127
    out = np.sign(law) * (256 ** np.abs(law) - 1) / 255
    return signal.resample_poly(out, 2, 1)[:len(samples)].astype(np.float32)


def codec(samples, rng):
    """What a transform codec at a low rate does: bands in coarse steps of level, weak lines gone, a band limit."""
    _, _, spectrum = signal.stft(samples, RATE, nperseg=320, noverlap=160, window='hann')
    magnitude = np.abs(spectrum)
    step = rng.uniform(2, 7)
    coarse = 10 ** (np.round(20 * np.log10(magnitude + 1e-7) / step) * step / 20)
    loudest = signal.convolve2d(magnitude, np.ones((9, 1)) / 9, 'same')
    coarse[magnitude < loudest * rng.uniform(0.2, 0.8)] *= rng.uniform(0, 0.4)
    coarse[int(rng.uniform(3400, 8000) / 50):] = 0
    _, out = signal.istft(spectrum * (coarse / (magnitude + 1e-9)), RATE, nperseg=320, noverlap=160, window='hann')
    return np.pad(out, (0, max(0, len(samples) - len(out))))[:len(samples)].astype(np.float32)


def band_limit(samples, rng):
    if rng.random() < 0.5:
        b, a = signal.butter(4, rng.uniform(3300, 7400) / 8000)
        samples = signal.lfilter(b, a, samples)
    if rng.random() < 0.5:
        b, a = signal.butter(2, rng.uniform(60, 350) / 8000, 'high')
        samples = signal.lfilter(b, a, samples)
    # A broad tilt or bump, as microphones and their distance make it.
    knots = rng.normal(0, 4, 6)
    gains = 10 ** (np.interp(np.linspace(0, 5, 65), np.arange(6), knots) / 20)
    return signal.lfilter(signal.firwin2(63, np.linspace(0, 1, 65), gains), [1], np.pad(samples, (0, 31)))[31:].astype(np.float32)


def drop_outs(samples, rng):
    out = samples.copy()
    for _ in range(max(1, int(len(samples) / RATE * rng.uniform(0.2, 1)))):
        start = rng.integers(len(out))
        out[start:start + int(rng.uniform(0.01, 0.05) * RATE)] *= rng.choice([0, 0.05])
    return out


def level_control(samples, rng):
    """A leveller that rides the gain, or distance that changes."""
    steps = 10 ** (rng.uniform(-12, 3, len(samples) // 24000 + 2) / 20)
    return (samples * np.interp(np.arange(len(samples)), np.arange(len(steps)) * 24000, steps)).astype(np.float32)


def voice_like(item, rng):
    """A new speaker: `(samples, track)` with another throat, pitch and tempo, at typical level."""
    samples = item['samples'].astype(np.float32) / 32768
    track = item['visemes']
    if rng.random() < 0.75:
        samples, track = change_rate(samples, track, np.exp(rng.uniform(-0.17, 0.17)))
    if rng.random() < 0.6:
        samples = change_throat(samples, np.exp(rng.uniform(-0.17, 0.17)), rng, whisper=rng.random() < 0.05)
    if rng.random() < 0.5:
        samples = band_limit(samples, rng)
    return samples * (TYPICAL_RMS / rms(samples)), track


def degraded(samples, rng, others, music=()):
    """A bad day: any mix of room, noise, line, codec and level. The order is that of the real chain."""
    if rng.random() < 0.45:
        samples = room(samples, rng)
    if rng.random() < 0.8:
        samples = with_noise(samples, rng, others, rng.uniform(0, 12) if rng.random() < 0.5 else rng.uniform(12, 35), music)
    if rng.random() < 0.3:
        samples = band_limit(samples, rng)
    line = rng.random()
    if line < 0.25:
        samples = telephone(samples, rng)
    elif line < 0.4:
        samples = codec(samples, rng)
    if rng.random() < 0.1:
        drive = rng.uniform(1, 8)
        samples = np.tanh(samples * drive) / drive
    if rng.random() < 0.1:
        samples = drop_outs(samples, rng)
    if rng.random() < 0.2:
        samples = level_control(samples, rng)
    return (samples * (TYPICAL_RMS / rms(samples))).astype(np.float32)
