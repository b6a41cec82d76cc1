"""The three synthesisers: text → 16 kHz audio with the phones they spoke, `[(phone, start, end)]` in seconds."""
import ctypes
import os
import re
import subprocess

import numpy as np

from .alignment import repair_plosives
from .audio import read_wave, resample
from .phonemes import viseme_track

FESTIVAL_ENCODINGS = (('czech', 'latin2'), ('lp_', 'latin1'), ('pc_', 'latin1'), ('suo_', 'latin1'), ('hy_', 'latin1'), ('upc_', 'latin1'))


class Espeak:
    """libespeak-ng; its command line does not tell phone times. One per process."""

    class _Id(ctypes.Union):
        _fields_ = [('number', ctypes.c_int), ('name', ctypes.c_char_p), ('string', ctypes.c_char * 8)]

    def __init__(self):
        class Event(ctypes.Structure):
            _fields_ = [('type', ctypes.c_int), ('identifier', ctypes.c_uint), ('text', ctypes.c_int), ('length', ctypes.c_int),
                        ('milliseconds', ctypes.c_int), ('sample', ctypes.c_int), ('user', ctypes.c_void_p), ('id', Espeak._Id)]

        self.library = ctypes.CDLL('libespeak-ng.so.1')
        callback_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))
        # Synchronous; phone events with IPA names.
        self.rate = self.library.espeak_Initialize(2, 0, None, 1 | 2)
        self.pieces, self.events = [], []

        def hear(samples, count, events):
            if samples and count > 0:
                self.pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
            i = 0
            while events[i].type != 0:
                if events[i].type == 7:
                    name = bytes(events[i].id.string).split(b'\0')[0].decode('utf8', 'replace')
                    self.events.append((events[i].milliseconds / 1000, name))
                i += 1
            return 0

        self.callback = callback_type(hear)
        self.library.espeak_SetSynthCallback(self.callback)
        self.library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]

    def speak(self, text, voice, words_per_minute=175, pitch=50, pitch_range=50):
        self.pieces.clear()
        self.events.clear()
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f'espeak-ng has no voice {voice}')
        for parameter, value in ((1, words_per_minute), (3, pitch), (4, pitch_range)):
            self.library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode('utf8')
        self.library.espeak_Synth(ctypes.c_char_p(encoded), ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, 1, None, None)
        self.library.espeak_Synchronize()
        raw = np.concatenate(self.pieces) if self.pieces else np.zeros(0, np.int16)
        end = len(raw) / self.rate
        starts = [time for time, _ in self.events] + [end]
        segments = [(name or '_', time, starts[i + 1]) for i, (time, name) in enumerate(self.events)]
        if segments and segments[0][1] > 0:
            segments.insert(0, ('_', 0, segments[0][1]))
        samples = resample(raw.astype(np.float32) / 32768, self.rate)
        return samples, viseme_track(repair_plosives(samples, segments), 'ipa')


def flite(text, voice, wave_path, stretch=1.0, pitch_hz=None):
    command = ['flite', '-voice', voice, '--setf', f'duration_stretch={stretch:g}']
    if pitch_hz:
        command += ['--setf', f'int_f0_target_mean={pitch_hz:g}']
    result = subprocess.run(command + ['-t', text, '-o', wave_path, '-psdur'], capture_output=True, text=True, timeout=60, check=True)
    segments, time = [], 0.0
    for item in result.stdout.split():
        match = re.match(r'^([a-z@#]+):([0-9.]+)$', item)
        if match:
            segments.append((match.group(1), time, float(match.group(2))))
            time = float(match.group(2))
    return resample(*read_wave(wave_path)), viseme_track(segments, 'arpabet')


def festival(voice, phone_set, texts, folder, stretch=1.0):
    """Many utterances in one process; None where the voice could not say the text."""
    os.makedirs(folder, exist_ok=True)
    encoding = next((name for start, name in FESTIVAL_ENCODINGS if voice.startswith(start)), 'utf8')
    lines = [f'(voice_{voice})', f"(Parameter.set 'Duration_Stretch {stretch:g})"]
    for i, text in enumerate(texts):
        plain = text.replace('"', '').replace('\\', '')
        lines.append(f'(set! u (SynthText "{plain}"))')
        lines.append(f'(utt.save.wave u "{folder}/{i}.wav" \'riff) (utt.save.segs u "{folder}/{i}.lab")')
    script = f'{folder}/script.scm'
    with open(script, 'wb') as file:
        file.write('\n'.join(lines).encode(encoding, 'ignore'))
    subprocess.run(['festival', '-b', script], capture_output=True, timeout=1800, check=False)
    out = []
    for i in range(len(texts)):
        if not (os.path.exists(f'{folder}/{i}.wav') and os.path.exists(f'{folder}/{i}.lab')):
            out.append(None)
            continue
        segments, time = [], 0.0
        with open(f'{folder}/{i}.lab', encoding='latin1') as file:
            for line in file.read().split('\n')[1:]:
                fields = line.split()
                if len(fields) >= 3:
                    segments.append((fields[2], time, float(fields[0])))
                    time = float(fields[0])
        out.append((resample(*read_wave(f'{folder}/{i}.wav')), viseme_track(segments, phone_set)))
    return out
