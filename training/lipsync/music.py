"""Music without voices: short pieces made up from chance, played by FluidSynth on the General MIDI instruments of a free
soundfont. A mouth has to stay shut under it."""
import subprocess

import mido

from .audio import read_wave, resample

SOUNDFONT = '/usr/share/sounds/sf2/FluidR3_GM.sf2'
# Choirs and voices, and the sound of breath.
SUNG = {52, 53, 54, 85, 91, 121}
INSTRUMENTS = [program for program in range(128) if program not in SUNG]
BASSES = range(32, 40)
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 3, 5, 7, 10))
DRUMS = 9  # the channel
KICK, SNARE, HAT, OPEN_HAT, SHAKER = 36, 38, 42, 46, 70
TICKS = 480  # a beat
BEATS = 4


def pitch(key, scale, degree):
    octave, step = divmod(degree, len(scale))
    return key + 12 * octave + scale[step]


def notes_of(rng, bars):
    """`[(channel, start beat, beats, pitch, velocity)]`"""
    key, scale = rng.randint(45, 56), rng.choice(SCALES)
    chords = [rng.choice((0, 3, 4, 5, 1)) for _ in range(4)]
    has = {part: rng.random() < share for part, share in (('drums', .6), ('bass', .6), ('chords', .75), ('melody', .75))}
    if not any(has.values()):
        has['melody'] = True
    strum, figure, out = rng.choice((4, 2, 1, .5)), [rng.choice((.5, .5, 1, 1, 1.5, 2)) for _ in range(6)], []
    degree = rng.randint(7, 12)
    for bar in range(bars):
        start, root = bar * BEATS, chords[bar % len(chords)]
        if has['chords']:
            at = 0.0
            while at < BEATS:
                out += [(0, start + at, strum * .95, pitch(key, scale, root + k), rng.randint(45, 90)) for k in (0, 2, 4)]
                at += strum
        if has['bass']:
            out += [(1, start + beat, .9, pitch(key, scale, root) - 12, rng.randint(70, 110)) for beat in range(BEATS) if rng.random() < .8]
        if has['melody']:
            at, i = 0.0, 0
            while at < BEATS:
                length = min(figure[i % len(figure)], BEATS - at)
                degree = max(4, min(16, degree + rng.choice((-2, -1, -1, 0, 1, 1, 2, 4))))
                if rng.random() < .85:
                    out.append((2, start + at, length * .95, pitch(key, scale, degree), rng.randint(60, 115)))
                at, i = at + length, i + 1
        if has['drums']:
            for eighth in range(2 * BEATS):
                hits = [HAT if rng.random() < .9 else OPEN_HAT] + [SHAKER] * (rng.random() < .2)
                hits += [KICK] * (eighth % 4 == 0 or rng.random() < .1) + [SNARE] * (eighth % 4 == 2 or rng.random() < .05)
                out += [(DRUMS, start + eighth / 2, .3, hit, rng.randint(60, 120)) for hit in hits]
    return out


def piece(rng, seconds, folder):
    """→ 16 kHz float samples of about that length, at no certain level."""
    beats_a_second = rng.uniform(60, 150) / 60
    track = mido.MidiTrack([mido.MetaMessage('set_tempo', tempo=int(1e6 / beats_a_second))])
    for channel in range(3):
        program = rng.choice(BASSES) if channel == 1 else rng.choice(INSTRUMENTS)
        track.append(mido.Message('program_change', channel=channel, program=program))
    events = []
    for channel, start, beats, note, velocity in notes_of(rng, max(2, round(seconds * beats_a_second / BEATS))):
        events.append((round(start * TICKS), mido.Message('note_on', channel=channel, note=note, velocity=velocity)))
        events.append((round((start + beats) * TICKS), mido.Message('note_off', channel=channel, note=note)))
    now = 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type)):
        track.append(message.copy(time=tick - now))
        now = tick
    song = mido.MidiFile(ticks_per_beat=TICKS)
    song.tracks.append(track)
    song.save(f'{folder}/piece.mid')
    subprocess.run(['fluidsynth', '-ni', '-q', '-r', '32000', '-F', f'{folder}/piece.wav', SOUNDFONT, f'{folder}/piece.mid'],
                   capture_output=True, timeout=120, check=True)
    return resample(*read_wave(f'{folder}/piece.wav'))[:int(seconds * 16000)]
