import { assert, describe, it } from '#test';
import { type MouthTimings, readTimings } from '../../../../src/motion/timings/index.js';
import { AvatarError } from '../../../../src/shared/contracts/errors.js';
import type { SpeechManner } from '../../../../src/shared/contracts/speech-manner.js';
import { VISEMES } from '../../../../src/shared/contracts/visemes.js';

/** `PP 0-0.1 aa 0.1-0.25` */
function told(timings: MouthTimings | null): string {
  if (!timings) return 'none';
  const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;
  return timings.spans
    .map(
      ({ label, startSeconds, endSeconds }) =>
        `${typeof label === 'number' ? VISEMES[label] : label} ${round(startSeconds)}-${round(endSeconds)}`,
    )
    .join(' ');
}

const phonemesOf = (...phonemes: string[]): string =>
  told(readTimings({ phonemes: phonemes.map((phoneme, i) => ({ phoneme, startSeconds: i * 0.1, endSeconds: (i + 1) * 0.1 })) })).replace(
    / [\d.]+-[\d.]+/g,
    '',
  );

function faultOf(manner: unknown): string {
  try {
    readTimings(manner as SpeechManner);
  } catch (error) {
    return error instanceof AvatarError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'no fault';
}

describe('Timings', () => {
  it('are sorted, cut where the next begins, and end there where no end is given', () => {
    const visemes = [
      { viseme: 'aa', startSeconds: 0.1, endSeconds: 0.4 },
      { viseme: 'PP', startSeconds: 0 },
      { viseme: 'viseme_O', startSeconds: 0.3 },
    ];
    assert.equal(told(readTimings({ visemes })), 'PP 0-0.1 aa 0.1-0.3 oh 0.3-0.45');
  });

  it('leave no room for a pause between sounds that nearly touch, and rest in a longer one', () => {
    const visemes = [
      { viseme: 'PP', startSeconds: 0, endSeconds: 0.08 },
      { viseme: 'aa', startSeconds: 0.1, endSeconds: 0.2 },
      { viseme: 'PP', startSeconds: 0.5, endSeconds: 0.6 },
    ];
    assert.equal(told(readTimings({ visemes })), 'PP 0-0.1 aa 0.1-0.2 sil 0.2-0.5 PP 0.5-0.6');
  });

  it('come from Polly as they are, in ms, words among them', () => {
    const marks = [
      { time: 0, type: 'sentence', start: 0, end: 8, value: 'Mary had' },
      { time: 6, type: 'word', start: 0, end: 4, value: 'Mary' },
      { time: 6, type: 'viseme', value: 'p' },
      { time: 73, type: 'viseme', value: 'E' },
      { time: 180, type: 'viseme', value: 'S' },
      { time: 292, type: 'viseme', value: 'sil' },
    ];
    assert.equal(told(readTimings({ visemes: marks })), 'PP 0.006-0.073 E 0.073-0.18 CH 0.18-0.292 sil 0.292-0.442');
    assert.equal(told(readTimings({ words: marks })), 'Mary 0.006-0.506');
  });

  it('come from Whisper and OpenAI as they are, in s; beside a time, start and end are places in the text', () => {
    const words = [
      { word: ' Good', start: 0.1, end: 0.4 },
      { word: ' day.', start: 0.5, end: 0.9 },
    ];
    assert.deepEqual(
      readTimings({ words })?.spans.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]),
      [
        [0.1, 0.4],
        [0.5, 0.9],
      ],
    );
    const marks = [{ time: 0, type: 'word', start: 0, end: 4, value: 'Good' }];
    assert.deepEqual(readTimings({ words: marks })?.spans[0].endSeconds, 0.5);
  });

  it('come from Azure as they are, in units of 100 ns, with two mouths in a diphthong', () => {
    const events = [
      { audioOffset: 500_000, visemeId: 21 },
      { audioOffset: 1_500_000, visemeId: 11 },
      { audioOffset: 3_500_000, visemeId: 0 },
    ];
    assert.equal(told(readTimings({ visemes: events })), 'PP 0.05-0.15 aa 0.15-0.25 ih 0.25-0.35 sil 0.35-0.5');
  });

  it('know IPA, X-SAMPA and ARPAbet apart', () => {
    assert.equal(phonemesOf('m', 'ˈaɪ', 't͡ʃ', 'uː', 'θ', 'ŋ'), 'PP aa ih CH ou TH nn');
    assert.equal(phonemesOf('m', '"aI', 'tS', 'u:', 'T', 'N', 's`', 't_h'), 'PP aa ih CH ou TH nn CH DD');
    assert.equal(phonemesOf('M', 'AY1', 'CH', 'UW0', 'T', 'NG', 'sil'), 'PP aa ih CH ou DD nn sil');
    assert.equal(phonemesOf('hh', 'ax', 'l', 'ow'), 'kk E nn oh ou');
    assert.equal(phonemesOf('', 'b', '_', 'pau'), 'sil PP sil sil');
  });

  it('lengthen a sound by a mark that follows it', () => {
    const phonemes = ['a', 'ː', 'p'].map((phoneme, i) => ({ phoneme, startSeconds: i * 0.1, endSeconds: (i + 1) * 0.1 }));
    assert.equal(told(readTimings({ phonemes })), 'aa 0-0.2 PP 0.2-0.3');
  });

  it('count in the order visemes, phonemes, words, empty ones not', () => {
    const words = [{ word: 'hello', startSeconds: 0, endSeconds: 0.3 }];
    assert.equal(told(readTimings({ visemes: [], phonemes: [], words })), 'hello 0-0.3');
    assert.equal(told(readTimings({ visemes: [{ viseme: 'aa', startSeconds: 0 }], words })), 'aa 0-0.15');
    assert.isNull(readTimings({ visemes: [] }));
    assert.isNull(readTimings({}));
  });

  it('bear what does no harm: starts before the sound, ends before their start or never, sounds of no length', () => {
    const visemes = [
      { viseme: 'PP', startSeconds: -0.02, endSeconds: 0.1 },
      { viseme: 'aa', startSeconds: 0.1, endSeconds: 0.05 },
      { viseme: 'E', startSeconds: 0.2, endSeconds: 0.3 },
      { viseme: 'E', startSeconds: 0.2, endSeconds: 0.3 },
      { viseme: 'oh', startSeconds: 0.3, endSeconds: Infinity },
    ];
    assert.equal(told(readTimings({ visemes })), 'PP 0-0.1 aa 0.1-0.2 E 0.2-0.3 oh 0.3-0.45');
  });

  it('are refused with a code and a place where they cannot be understood', () => {
    const faults: [unknown, RegExp][] = [
      [{ visemes: 'PP' }, /visemes has to be a list/],
      [
        {
          visemes: [
            { viseme: 'PP', startSeconds: 0 },
            { viseme: 'aa', startSeconds: NaN },
          ],
        },
        /visemes\[1\]\.startSeconds is NaN/,
      ],
      [{ visemes: [{ viseme: 'PP', startSeconds: '0' }] }, /startSeconds is 0/],
      [{ visemes: [{ viseme: 'PP', startSeconds: 0, endSeconds: NaN }] }, /endSeconds is NaN/],
      [{ visemes: [{ viseme: 'PP' }] }, /startSeconds is undefined/],
      [{ visemes: [{ startSeconds: 0 }] }, /visemes\[0\] has no viseme/],
      [{ visemes: [null] }, /visemes\[0\] has no viseme/],
      [{ visemes: [{ viseme: 'constructor', startSeconds: 0 }] }, /unknown label "constructor"/],
      [{ visemes: [{ viseme: 22, startSeconds: 0 }] }, /unknown label "22"/],
      [{ phonemes: [{ phoneme: '你', startSeconds: 0 }] }, /unknown label "你"/],
      [
        {
          phonemes: [
            { phoneme: 'AH0', startSeconds: 0 },
            { phoneme: 'QQ', startSeconds: 1 },
          ],
        },
        /unknown label "QQ"/,
      ],
      [{ words: [{ word: 'a', startSeconds: Infinity }] }, /words\[0\]\.startSeconds is Infinity/],
    ];
    for (const [manner, words] of faults) {
      const fault = faultOf(manner);
      assert.match(fault, words);
      assert.match(fault, /^invalidTimings/);
    }
  });
});
