"""What the training voices say: sentences of our own, a small grammar, licence texts and words from Debian's word lists, and
invented words in the scripts of languages without a list. The texts of the test set are in `testset.py` and appear nowhere
here."""
import re

SENTENCES = '''
Pop the blue bubble before it bumps into the big brown bear.
My mum remembers the number by humming a simple melody.
A paper map helps people plan the best path up the mountain.
Five fluffy foxes found four very fine leaves over the fence.
The waiter would always wander west when the weather was wet.
Judge Jones enjoys cherry jam and orange juice each July.
Think of three things that breathe beneath this thick cloth.
She wished for fresh fish, and he chose a cheap sandwich.
Zoe's cousin is busy sewing six silver stars on his scarf.
Who knew that you could chew food so slowly at noon?
Good afternoon, and thank you for holding. How may I help?
Your package should be with you by Friday at the latest.
Certainly, I have moved the booking to a quarter past four.
I am afraid that page is empty. Shall we try another one?
Here is what I found about the history of the bridge.
That will be eighty-six euros and fifty cents, please.
Let us begin with the first chapter and take our time.
No, really, I meant it. It was a wonderful performance.
Please speak up a bit, the microphone is far from your mouth.
Maybe we both make the same mistake more often than we admit.
A baby kangaroo hops about happily behind its mother.
Big Ben's bells boomed above the bustling market.
Put a pinch of pepper on top of the potato soup.
The bumblebee hums, the lamp glimmers, and time goes by.
Somebody bumped the table and tipped my cup of camomile tea.
Every evening five elephants move over the savanna.
The river flows past a village of white houses and vineyards.
Few of us have ever driven above the valley in heavy fog.
Whoever wins will wear the woollen wreath for a week.
Rory ran around the rural railway, ready to rest.
Little Lily left the yellow lemons all along the wall.
Nobody knew any news of the nine new neighbours.
Keep calm, carry the crate, and go back to the car park.
Dad didn't do the dishes, and Ted told the twins to do it.
A hot air balloon hovered high over the old harbour hotel.
The youth of New Zealand use unique yellow canoes.
Oil boils in the pot while the boys enjoy the noise outside.
Now the brown cow is out and the hounds are howling loudly.
I might try flying a kite at night if the sky is bright.
They say the train is late again today, so wait and play.
Only those who go slowly know how the cold wind blows.
Look, the cook took a good book and put it by the wood stove.
Two blue moons loom over the cool lagoon in June.
Bert heard the first bird and turned to the third fern.
Tall Paul saw all the small balls fall off the wall.
Stop at the top of the rock and drop the lost box.
Cats that sat on mats had a bad habit of grabbing rats.
Ten hens went into the shed and left their eggs on the bed.
His sister is in the kitchen, fixing six thin biscuits.
Come up from under the rug, young pup, and run in the sun.
The farmer's harvest started hard in the far dark yard.
We need to see each green leaf on these three beech trees.
Water, fire, earth and air were once called the elements.
The library opens at nine and closes shortly after seven.
Ask your doctor whether the medicine may be taken with milk.
Robots imitate movements before they understand them.
A language lives in the mouths of those who speak it.
Music for piano and flute drifted across the empty square.
Small changes in pressure become waves, and waves become sound.
Never before had so many lamps been lit on a single bridge.
The professor explained the theorem without a single formula.
Half of the apples were ripe; the other half were bitter.
Monday was rainy, Tuesday was foggy, and Wednesday was perfect.
One, two, three, four, five, six, seven, eight, nine, ten.
March, April, May, June, July, August, September.
Zero point five percent of the sample was removed.
Hmm, let me see. Oh, of course! Mm-hmm, that is right.
Ah, well, you know, it was fine. Bye for now.
Is this the platform for the train to Oxford, or is it that one?
What a marvellous idea! Why did nobody think of it earlier?
Be quiet. Listen. Somebody is opening the front door.
Turn left at the pharmacy, and you will see the museum.
The painter mixed a warm brown with a touch of purple.
Plump plums, pale pears, and peppermint tea were on the menu.
From the beginning, the problem was far from simple.
Both brothers bathe in the smooth southern sea with their father.
A thousand thanks for everything that you have done this month.
The measure of pleasure is a vision of leisure and treasure.
Charming children chase chickens near the church in March.
Splash through the spring, stretch, and scramble up the slope.
The film was an obvious triumph for the young composer.
Jump over the lump, bump the stump, and land with a thump.
Lamps, stamps, swamps, and camps: all of them end alike.
Above all, keep the room warm and the window half open.
My favourite programme moved from Monday to Thursday morning.
Remove the film, wipe the surface, and press firmly.
Hope, help, hip, hop, heap and hoop begin and end the same way.
Bob, Rob, Abe and Gabe grab the cab to the pub by the hub.
Sam, Tim, Jem, Tom and Kim swim from home to the dam.
If, of, off, cough, laugh, leaf and life; give, move, love, leave.
'''.strip().split('\n')

SUBJECTS = '''The captain|A young doctor|My best friend|Our neighbour|The old farmer|Some visitors|The baker's wife|A famous poet|
Every student|The new mayor|His brother|A friendly ghost|The whole team|That company|The beekeeper|A tall woman|Somebody|The machine|
Her grandfather|The puppy'''.replace('\n', '').split('|')
VERBS = '''brought|carefully wrapped|painted|forgot|moved|sold|bought|dropped|gave up|photographed|described|found|repaired|
pushed|hid|measured|opened|borrowed|threw away|remembered'''.replace('\n', '').split('|')
OBJECTS = '''a basket of plums|the broken lamp|five paper boats|the velvet armchair|an ancient map|both of the puppets|a bowl of pea soup|
my favourite mug|the purple umbrella|several empty bottles|the front wheel|a bag of flour|three wooden spoons|the photograph album|
an enormous cheese|the missing button|a bunch of violets|the copper kettle|her thick gloves|every single pebble'''.replace('\n', '').split('|')
ENDINGS = '''before sunrise|in the middle of the bridge|without a word|although it was raining|for the fourth time|behind the barn|
after breakfast|with both hands|on the way to Paris|near the harbour|as usual|because nobody came|under the apple tree|at half past five|
while the baby slept|in front of the theatre|for a very good price|just above the waterfall|to everyone's surprise|, I suppose'''.replace('\n', '').split('|')

LISTS = {'en': 'american-english', 'de': 'ngerman', 'fr': 'french', 'es': 'spanish', 'it': 'italian', 'pt': 'portuguese', 'nl': 'dutch',
         'pl': 'polish', 'sv': 'swedish', 'nb': 'bokmål', 'uk': 'ukrainian'}
LICENCES = ('GPL-3', 'Artistic', 'MPL-2.0', 'LGPL-2.1', 'Apache-2.0')

# Invented words: onsets, vowels, endings. '' is one possible onset or ending.
LATIN = ('p b m t d k g f v s z n l r h j c|bl br pl pr tr dr kr gr fr st sp sk', 'a e i o u a e i o', '||||n|m|r|s|l|t|p|k|b')
SCRIPTS = {
    'latin': LATIN,
    'finnish': ('p t k m n l r s h v j d| ', 'a e i o u y ä ö aa ee ii uu oo ai ei au ou uo ie', '||||n|s|l|r|mp|pp|tt|kk|mm'),
    'czech': ('p b m t d k g f v s z n l r h ch c č š ž ř j ď ť ň|př br st sk pr kr hl vl', 'a e i o u á é í ou ů y ě', '|||n|m|l|k|t|p|b|v|š|č|ž|s'),
    'hungarian': ('p b m t d k g f v sz s z n l r h j c gy ny cs zs| ', 'a e i o u á é í ó ö ő ü ű', '|||n|m|k|t|p|b|l|r|s'),
    'turkish': ('p b m t d k g f v s z n l r h y c ç ş| ', 'a e ı i o ö u ü', '|||n|m|k|t|p|l|r|ş|z'),
    'romanian': ('p b m t d c g f v s z n l r h j ț ș|pr br tr st', 'a e i o u ă î', '|||n|m|r|t|p|b|l|sc|ț'),
    'cyrillic': ('п б м т д к г ф в с з н л р х ж ч ш ц|пр бр ст тр вл', 'а е и о у ы я ю э', '|||н|м|л|р|к|т|п|б|в|ф|с|ть|й'),
    'bulgarian': ('п б м т д к г ф в с з н л р х ж ч ш ц|пр бр ст тр вл', 'а е и о у ъ я ю', '|||н|м|л|р|к|т|п|б|в|ф|с|й'),
    'greek': ('π μπ μ τ ντ κ γκ φ β σ ζ ν λ ρ χ θ δ γ ψ ξ|πρ στ τρ βλ', 'α ε ι ο ου η αι ω', '||||ν|ς|μ'),
    'devanagari': ('प ब म त द क ग फ भ स ज न ल र ह च श व य ट ड ध थ| ', '|ा|ि|ी|ु|ू|े|ै|ो|ौ', '||||ं|म|न|र|प|क|त|ल'),
    'bengali': ('প ব ম ত দ ক গ ফ ভ স জ ন ল র হ চ শ| ', '|া|ি|ী|ু|ূ|ে|ো', '||||ম|ন|র|ক'),
    'gujarati': ('પ બ મ ત દ ક ગ ફ ભ સ જ ન લ ર હ ચ શ વ| ', '|ા|િ|ી|ુ|ૂ|ે|ો', '||||મ|ન|ર|ક'),
    'tamil': ('ப ம த க ச ந ல ர வ ய ட| ', '|ா|ி|ீ|ு|ூ|ெ|ே|ை|ொ|ோ', '||||ம்|ன்|ல்|ர்'),
    'telugu': ('ప బ మ త ద క గ ఫ స జ న ల ర వ య చ| ', '|ా|ి|ీ|ు|ూ|ె|ే|ొ|ో', '||||'),
    'kannada': ('ಪ ಬ ಮ ತ ದ ಕ ಗ ಫ ಸ ಜ ನ ಲ ರ ವ ಯ ಚ| ', '|ಾ|ಿ|ೀ|ು|ೂ|ೆ|ೇ|ೊ|ೋ', '||||'),
    'arabic': ('ب م ت د ك ف س ز ن ل ر ه ش ج خ ق ع| ', 'َ ِ ُ َا ِي ُو', '||||ن|م|ل|ب'),
    'persian': ('ب پ م ت د ک گ ف و س ز ن ل ر ه ش چ خ ق| ', 'َ ِ ُ ا ی و', '||||ن|م|ل|ب'),
    'georgian': ('პ ბ მ თ ტ დ კ გ ქ ფ ვ ს ზ ნ ლ რ ჰ შ ჩ ც ძ წ ჭ ყ ღ| ', 'ა ე ი ო უ', '||||ნ|მ|ლ|ს|ბ'),
    'armenian': ('պ բ մ տ դ կ գ ֆ վ ս զ ն լ ր հ շ ջ ց| ', 'ա ե ի ո ու', '||||ն|մ|լ|ր|ս|կ'),
    'kana': ('ま み む め も ば び ぶ べ ぼ ぱ ぴ ぷ ぺ ぽ か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ や ゆ よ ら り る れ ろ わ が ぎ ぐ げ ご| ', '', '||||ん'),
    'pinyin': ('b p m f d t n l g k h j q x zh ch sh r z c s y w| ', 'a1 o2 e4 i3 u4 ai2 ei4 ao1 ou3 an1 en4 ang2 eng1 ong4', ''),
}

# voice, weight, source of words
ESPEAK_LANGUAGES = (
    ('en-us', 7, 'en'), ('gmw/en', 4, 'en'), ('en-gb-scotland', 1, 'en'), ('en-gb-x-rp', 1, 'en'), ('en-us-nyc', 1, 'en'), ('en-029', 1, 'en'),
    ('en-gb-x-gbclan', 1, 'en'), ('en-gb-x-gbcwmd', 1, 'en'),
    ('de', 2, 'de'), ('roa/fr', 2, 'fr'), ('fr-be', .5, 'fr'), ('es', 1.5, 'es'), ('es-419', 1, 'es'), ('it', 1.5, 'it'), ('pt', 1, 'pt'), ('pt-br', 1.5, 'pt'),
    ('nl', 1.5, 'nl'), ('pl', 1.5, 'pl'), ('sv', 1.5, 'sv'), ('nb', 1.5, 'nb'), ('uk', 1.2, 'uk'),
    ('fi', 1, 'finnish'), ('cs', 1, 'czech'), ('sk', 1, 'czech'), ('sl', 1, 'czech'), ('lv', .8, 'latin'), ('bs', .8, 'czech'), ('hu', 1, 'hungarian'), ('tr', 1, 'turkish'),
    ('az', .6, 'turkish'), ('ro', 1, 'romanian'), ('ga', .7, 'latin'), ('gd', .6, 'latin'), ('id', .8, 'latin'), ('sw', .8, 'latin'), ('eo', .7, 'latin'),
    ('ia', .6, 'latin'), ('om', .4, 'latin'), ('tn', .5, 'latin'), ('qu', .5, 'latin'), ('mi', .5, 'latin'), ('lb', .7, 'de'), ('pap', .6, 'es'), ('ku', .5, 'latin'),
    ('an', .5, 'es'), ('fa-latn', .4, 'latin'), ('jbo', .3, 'latin'),
    ('ru', 1.2, 'cyrillic'), ('be', .6, 'cyrillic'), ('bg', .8, 'bulgarian'), ('mk', .6, 'bulgarian'), ('ky', .4, 'cyrillic'), ('tt', .4, 'cyrillic'), ('el', 1, 'greek'),
    ('hi', 1, 'devanagari'), ('ne', .6, 'devanagari'), ('mr', .6, 'devanagari'), ('bn', .6, 'bengali'), ('gu', .5, 'gujarati'), ('ta', .7, 'tamil'), ('te', .6, 'telugu'),
    ('kn', .6, 'kannada'), ('ar', .8, 'arabic'), ('fa', .7, 'persian'), ('ka', .7, 'georgian'), ('hy', .6, 'armenian'), ('ja', .8, 'kana'), ('cmn-latn-pinyin', .8, 'pinyin'))


class Texts:
    def __init__(self, random):
        self.random = random
        self.words = {}
        for key, name in LISTS.items():
            with open(f'/usr/share/dict/{name}', encoding='utf8', errors='ignore') as file:
                words = [w for w in file.read().split('\n') if 3 <= len(w) <= 11 and "'" not in w and w[1:].islower()]
            random.shuffle(words)
            self.words[key] = words[:20000]
        text = ' '.join(open(f'/usr/share/common-licenses/{name}', encoding='utf8').read() for name in LICENCES)
        self.licences = [s.strip() for s in re.split(r'(?<=[.;:]) ', re.sub(r'\s+', ' ', text)) if 30 < len(s) < 130]

    def english(self):
        choice, kind = self.random.choice, self.random.random()
        if kind < 0.35:
            return choice(SENTENCES)
        if kind < 0.65:
            return f'{choice(SUBJECTS)} {choice(VERBS)} {choice(OBJECTS)} {choice(ENDINGS)}.'.replace(' ,', ',')
        if kind < 0.8:
            return choice(self.licences)
        return self.sentence('en')

    def sentence(self, source):
        """A handful of words of a list or of a script."""
        words = [self.word(source) for _ in range(self.random.randint(4, 8))]
        parts = [word + (',' if self.random.random() < 0.15 and i + 1 < len(words) else '') for i, word in enumerate(words)]
        return ' '.join(parts) + self.random.choice('..?!')

    def word(self, source):
        choice = self.random.choice
        if source in self.words:
            return choice(self.words[source])
        onsets, vowels, endings = SCRIPTS[source]
        simple, clusters = [group.split() for group in onsets.split('|')]
        nuclei = vowels.split('|') if '|' in vowels else vowels.split() or ['']
        codas = endings.split('|') if endings else ['']
        syllables = []
        for i in range(self.random.choice((1, 2, 2, 3, 3, 4))):
            onset = choice(clusters) if clusters and self.random.random() < 0.15 else choice(simple)
            syllables.append(onset + choice(nuclei) + (choice(codas) if self.random.random() < 0.5 else ''))
        return ' '.join(syllables) if source == 'pinyin' else ''.join(syllables)
