"""Sound files and rates."""
import subprocess
import wave
from math import gcd

import numpy as np
import scipy.signal as signal

RATE = 16000


def read_wave(path):
    with wave.open(path, 'rb') as file:
        data = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16).astype(np.float32) / 32768
        return data.reshape(-1, file.getnchannels())[:, 0], file.getframerate()


def write_wave(path, samples):
    with wave.open(path, 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(int16(samples).tobytes())


def int16(samples):
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)


def resample(samples, rate):
    """→ 16 kHz float32"""
    if rate == RATE:
        return samples.astype(np.float32)
    common = gcd(rate, RATE)
    return signal.resample_poly(samples, RATE // common, rate // common).astype(np.float32)


def decode(path, format):
    """What ffmpeg reads, as 16 kHz float32."""
    command = ['ffmpeg', '-v', 'error', '-f', format, '-i', path, '-f', 's16le', '-ar', str(RATE), '-ac', '1', '-']
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.int16).astype(np.float32) / 32768
