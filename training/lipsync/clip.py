"""The second of speech in the parity fixture. `python3 -m lipsync.clip OUT.wav`"""
import sys

from .audio import RATE, write_wave
from .synthesis import flite

if __name__ == '__main__':
    samples, _ = flite('Pop the big blue bubble.', 'slt', sys.argv[1])
    write_wave(sys.argv[1], samples[:int(1.4 * RATE)])
