"""The test set: voices and texts no training ever saw. `python3 -m lipsync.testset FOLDER` writes `FOLDER/NAME.wav` and
`FOLDER/ref.json` in the format of the scorer.

Reserved voices: flite rms; Festival ked, pc, mv, machac, krb, ru_nsh, ona, NSK; espeak-ng in fifteen languages. A third of the
clips come once more with noise at 5 or 10 dB, over a telephone, or in a room (group `degraded`), and there are clips of
nothing but silence and room noise (group `quiet`), and of recorded music without a voice (group `music`).
"""
import glob
import os
import random
import sys
import tempfile

import numpy as np

from . import augment
from .audio import decode
from .clips import Clips
from .synthesis import Espeak, festival, flite

ENGLISH = '''
Maps of the empire were printed on both sides of a broad sheet of paper.
Phoebe fed the baby a bit of soft bread with plum marmalade.
Did you book the room above the swimming pool for the fifth of November?
The pump stopped, so Bob filled the tub with a bucket.
Thieves took both of the smooth marble vases from the museum.
Could somebody please open the window before the smell becomes unbearable?
Why would a wild rhubarb plant grow right behind the railway station?
She usually chooses cheap shoes, but this time the fashion was different.
Jupiter has many moons, and most of them are frozen.
Humming to himself, Tom wiped the lamp, the table, and the mirrors.
You have reached the help desk; please leave a message after the beep.
The value of a good view rises with every floor you climb.
'''.strip().split('\n')

FESTIVAL = (
    ('ked_diphone', 'arpabet', 1.0, ENGLISH[:8]),
    ('pc_diphone', 'sampa', 1.1, (
        'Buonasera, vorrei un tavolo per due persone vicino alla finestra.', 'Il bambino ha perso la palla nel bosco e piange.',
        'La primavera comincia in marzo, quando fioriscono i prati.', 'Mio fratello abita a Perugia ma lavora a Firenze.',
        'Mamma, posso avere un pezzo di pane con la marmellata?')),
    ('hy_fi_mv_diphone', 'sampa', 1.0, (
        'Hyvää iltaa, minun nimeni on Pauli ja olen kotoisin Tampereelta.', 'Mummo leipoo pullaa ja pappa lukee lehteä.',
        'Kesällä uimme järvessä ja poimimme mustikoita.', 'Voisitko avata oven ja panna valot päälle?', 'Poika antoi omenan opettajalle.')),
    ('czech_machac', 'czech', 1.0, (
        'Dobré odpoledne, jmenuji se Pavel a pocházím z Brna.', 'Maminka koupila mléko, máslo a tři rohlíky.', 'V létě jezdíme na kole podél řeky.',
        'Můžete mi prosím ukázat cestu na nádraží?', 'Březen je za kamny a duben ještě tam budem.')),
    ('czech_krb', 'czech', 0.9, (
        'Ahoj, já jsem Bára a mám malého psa.', 'Včera napadlo mnoho sněhu, a tak jsme stavěli sněhuláka.', 'Pomoz mi, prosím, s tím těžkým batohem.',
        'Film začíná v půl osmé večer.', 'Žába skáče přes potok a ryba plave pod mostem.')),
    ('msu_ru_nsh_clunits', 'russian', 1.0, (
        'Добрый вечер, я хочу купить два билета до Москвы.', 'Мама мыла раму, а папа читал газету.', 'Зимой мы любим кататься на лыжах в лесу.',
        'Скажите, пожалуйста, где находится ближайшая аптека?', 'Мой брат живёт в большом городе на берегу моря.')),
    ('upc_ca_ona_hts', 'sampa', 1.0, (
        'Bona tarda, voldria una taula per a dues persones.', 'El meu germà viu a Tarragona, prop de la platja.', 'Plou molt i no tenim paraigua.',
        'La mare fa pa amb tomàquet per berenar.', 'Podries obrir la porta, si us plau?')),
    ('hindi_NSK_diphone', 'hindi', 1.0, (
        'मेरा भाई मुंबई में काम करता है।', 'क्या आप मुझे पानी का एक गिलास देंगे?', 'बारिश के बाद आसमान साफ हो गया।', 'बच्चे पार्क में गेंद से खेल रहे हैं।', 'माँ ने आज बहुत अच्छा खाना बनाया।')),
)

ESPEAK = {
    'is': ('Góðan daginn, ég heiti Páll og bý í Reykjavík.', 'Amma bakaði brauð fyrir barnabörnin.'),
    'cy': ('Bore da, sut mae pawb y bore yma?', 'Mae fy mrawd yn byw ym Mangor.'),
    'eu': ('Egun on, ni Bilbon bizi naiz nire familiarekin.', 'Amak ogia eta esnea erosi ditu.'),
    'haw': ('Aloha kakahiaka, pehea oe i keia la?', 'Ua hele ka makuahine i ka hale kuai.'),
    'lt': ('Labas rytas, mano vardas Petras ir aš gyvenu Vilniuje.', 'Močiutė kepa pyragą su obuoliais.'),
    'sq': ('Mirëmëngjes, unë quhem Besa dhe banoj në Tiranë.', 'Babai im bleu bukë dhe qumësht.'),
    'mt': ('Bonġu, jien jisimni Pawlu u noqgħod Malta.', 'Ommi xtrat il-ħobż u l-ħalib.'),
    'af': ('Goeie môre, my naam is Pieter en ek woon in Pretoria.', 'Die klein hondjie blaf vir die bome.'),
    'da': ('God morgen, jeg hedder Peter og bor i København.', 'Min mor bagte brød til hele familien.'),
    'hr': ('Dobro jutro, zovem se Pavao i živim u Zagrebu.', 'Baka je ispekla pitu od jabuka.'),
    'ca': ('Bon dia, avui fa molt bon temps per passejar.', 'El pare compra pomes i pebrots al mercat.'),
    'ms': ('Selamat pagi, nama saya Ahmad dan saya tinggal di Melaka.', 'Ibu membeli buah pisang dan betik.'),
    'la': ('Puella pulchra in via ambulat et puerum videt.', 'Omnia mutantur, nihil interit, bene vobis opto.'),
    'vi': ('Xin chào, tôi tên là Phương và tôi sống ở Hà Nội.', 'Mẹ mua bánh mì và hoa ở chợ.'),
    'et': ('Tere hommikust, minu nimi on Peeter ja ma elan Pärnus.', 'Vanaema küpsetab õunakooki.'),
}
ESPEAK_ENGLISH_VARIANTS = ('f2', 'm3', 'klatt2', 'Annie', 'Alex', 'f5')


def clean_clips():
    """`(id, group, voice, samples, track)`"""
    rng = random.Random(41)
    with tempfile.TemporaryDirectory() as place:
        for i, text in enumerate(ENGLISH):
            yield f'rms-{i}', 'recorded', 'flite-rms', *flite(text, 'rms', f'{place}/clip.wav')
    for voice, phone_set, stretch, texts in FESTIVAL:
        with tempfile.TemporaryDirectory() as place:
            results = festival(voice, phone_set, texts, place, stretch)
        for i, result in enumerate(results):
            assert result is not None and len(result[0]) > 8000, (voice, texts[i])
            yield f'{voice}-{i}', 'recorded', f'festival-{voice}', *result
    engine, variants = Espeak(), ('', *(f'+{v}' for v in ESPEAK_ENGLISH_VARIANTS))
    for language, texts in ESPEAK.items():
        for i, text in enumerate(texts):
            voice = language + rng.choice(variants)
            yield f'espeak-{language}-{i}', 'formant', f'espeak-{voice}', *engine.speak(text, voice, rng.randint(140, 210), rng.randint(30, 70))


def music_clips():
    """`(id, samples)`: two excerpts of ten seconds of every piece of Debian's `asterisk-moh-opsound-g722`."""
    for path in sorted(glob.glob('/usr/share/asterisk/moh/*.g722')):
        samples = decode(path, 'g722')
        for i, share in enumerate((0.25, 0.7)):
            start = int(share * len(samples))
            excerpt = samples[start:start + 160000]
            yield f'{os.path.basename(path)[:-len(".g722")]}-{i}', excerpt * (augment.TYPICAL_RMS / augment.rms(excerpt))


def degradations(samples, rng, others):
    """Name and function of the four bad conditions."""
    return (
        ('noise5', lambda: augment.with_noise(samples, rng, others, 5)),
        ('noise10', lambda: augment.with_noise(samples, rng, others, 10)),
        ('telephone', lambda: augment.telephone(samples, rng)),
        ('room', lambda: augment.room(samples, rng)),
    )


def main():
    clips, rng, heard = Clips(sys.argv[1]), np.random.default_rng(17), []
    for name, group, voice, samples, track in clean_clips():
        samples = samples * (augment.TYPICAL_RMS / augment.rms(samples))
        heard.append({'samples': (samples * 20000).astype(np.int16), 'voice': voice})
        clips.add(name, group, voice, samples, track)
        if len(heard) % 3 == 0:
            kind = len(heard) // 3 % 4
            label, make = degradations(samples, rng, heard)[kind]
            clips.add(f'{name}-{label}', f'degraded-{label}', voice, make(), track)
    for i in range(6):
        count = 16000 * 4
        hiss = np.random.default_rng(i).standard_normal(count) if i % 2 else np.zeros(count)
        clips.add(f'quiet-{i}', 'quiet', 'none', hiss * 10 ** (-(44 + 4 * i) / 20), [(0, 0.0, 4.0)])
    for name, samples in music_clips():
        clips.add(name, 'music', 'none', samples, [(0, 0.0, len(samples) / 16000)])
    clips.write_reference()


if __name__ == '__main__':
    main()
